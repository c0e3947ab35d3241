import type { Analyser } from '../analysis/analyser.ts'
import type { Clock } from '../base/clock.ts'
import { mapBounded } from '../base/concurrency.ts'
import type { IdSource } from '../base/ids.ts'
import type { Prices } from '../budget/prices.ts'
import type { ModelSource, RunScope } from '../llm/model-source.ts'
import type { Change } from './change.ts'
import type { CheckSyntax } from './check-syntax.ts'
import { findContext, type ContextBudget } from './context/context-budget.ts'
import { lookAhead } from './context/look-ahead.ts'
import { openSurroundings } from './context/surroundings.ts'
import { compareClaims } from './compare/compare-claims.ts'
import { describeComparison } from './compare/describe-comparison.ts'
import { countFound } from './count-found.ts'
import { examine, type Settled } from './examine.ts'
import { createFileFacts } from './file-facts.ts'
import { findWithAnalysers } from './find-with-analysers.ts'
import type { Finding } from './finding.ts'
import { describeGuidelines, noteMistakes } from './guidelines/describe-guidelines.ts'
import { rulesFor } from './guidelines/rules-for.ts'
import { judge } from './judge/judge.ts'
import { makeReceipt, type ReadUnit } from './make-receipt.ts'
import type { ModelCall } from './model-call.ts'
import { noteOverBudget, OVER_A_CAP } from './note-over-budget.ts'
import { proveSuggestions } from './prove-suggestions.ts'
import type { Receipt } from './receipt.ts'
import { recordedAsk, type RecordedAsk } from './recorded-ask.ts'
import { redactChange, type ScanSecrets } from './redact-change.ts'
import type { ReviewSettings } from './review-settings.ts'
import { reviewUnit, type ReviewedUnit } from './review-unit.ts'
import type { RunEvent } from './run-store.ts'
import { selectFiles } from './select.ts'
import { useTool } from './tree-tools/use-tool.ts'
import { makeUnits, type OverBudgetUnit, type Unit } from './units.ts'
import { besideWhole } from './whole-change/beside-whole.ts'
import { wholeChangeDetail } from './whole-change/describe-whole-change.ts'
import { reviewWholeChange, type ReviewedWhole } from './whole-change/review-whole-change.ts'

/** Told what happens while it happens. What it throws stops the review. */
export interface ReviewObserver {
  event(event: RunEvent): void | Promise<void>
  call(call: ModelCall): void | Promise<void>
}

export interface ReviewResult {
  readonly findings: readonly Finding[]
  readonly receipt: Receipt
}

/** Reviews a change, wherever it comes from. */
export type ReviewChange = (
  change: Change,
  scope: RunScope,
  observer: ReviewObserver,
  signal: AbortSignal,
  settled?: Settled,
) => Promise<ReviewResult>

export interface Reviewer {
  /** Without a model the analysers are the review. */
  readonly models?: ModelSource
  /** Without them nobody knows what questions cost. */
  readonly prices?: Prices
  readonly analysers: readonly Analyser[]
  readonly scanSecrets: ScanSecrets
  readonly checkSyntax: CheckSyntax
  readonly settings: ReviewSettings
  readonly clock: Clock
  readonly newId: IdSource
}

export function createReviewChange(reviewer: Reviewer): ReviewChange {
  return (change, scope, observer, signal, settled = new Map()) =>
    reviewChange(reviewer, change, scope, observer, signal, settled)
}

/** In the place of a path, where a question is about all claims of a review. */
const ALL_CLAIMS = '(all claims)'

/** The story of a review: redact, select, divide, read each unit, compare, judge, account. */
async function reviewChange(
  { models, prices, analysers, scanSecrets, checkSyntax, settings, clock, newId }: Reviewer,
  original: Change,
  scope: RunScope,
  observer: ReviewObserver,
  signal: AbortSignal,
  settled: Settled,
): Promise<ReviewResult> {
  const model = models?.forRun(scope)
  const { change, redacted, hide } = await redactChange(original, scanSecrets)
  const files = selectFiles(change, settings)
  const divided = model ? makeUnits(files, settings) : { units: [], overBudget: [] }
  await observer.event({
    step: 'selected',
    detail: {
      files: files.length,
      reviewed: files.filter(({ selection }) => selection.kind === 'review').length,
      units: divided.units.length,
      'over budget': divided.overBudget.length,
      'hidden credentials': redacted,
    },
  })

  const guides = model && describeGuidelines(change)
  if (guides) await observer.event({ step: 'read guidelines', detail: guides })

  // Analysers run here and now: they may see the credentials that a model must not. What they say of them is hidden.
  const selected = new Set(
    files.flatMap(({ file, selection }) => (selection.kind === 'review' ? [file.diff.path] : [])),
  )
  const analysing = findWithAnalysers(
    analysers,
    original.files.filter(({ diff }) => selected.has(diff.path)),
    hide,
    newId,
    signal,
  )
  // An abort may come while the head is opened, when nobody waits for the analysers yet. Whoever does hears of it.
  analysing.catch(() => undefined)
  const linters = analysers.filter(({ kind }) => kind === 'linter')
  const factsOf = createFileFacts(change.files, linters)
  const ask = model && recordedAsk(model, { clock, ...(prices && { prices }) }, (call) => observer.call(call))
  const surroundings = await openSurroundings(model && change.openHead, scanSecrets, hide, observer, signal)
  const contextOf = async (unit: Unit, budget: ContextBudget): Promise<string> =>
    [rulesFor(unit, change.guidelines), await surroundings.contextOf(unit, budget)]
      .filter((text) => text !== '')
      .join('\n')
  const ahead = lookAhead(divided.units, (unit) => contextOf(unit, findContext))
  const reading =
    model && ask
      ? mapBounded(
          divided.units,
          settings.unitConcurrency,
          (unit) =>
            reviewUnit(unit, {
              asker: { model: model.id, ask: (question) => ask(question, unit.path, signal) },
              newId,
              facts: async () => factsOf(unit.path, await analysing),
              settled,
              intent: change,
              contextOf: async (part, budget) =>
                await ((budget === findContext && ahead.contextOf(part)) || contextOf(part, budget)),
              verifies: settings.effort !== 'quick',
            }),
          signal,
        )
      : []
  const readingWhole = settings.effort === 'deep' && model && ask ? readWhole(model.id, ask) : undefined
  // Nobody looks around any more once all have ended, well or not.
  await Promise.allSettled([analysing, reading, readingWhole])
  await ahead.stop()
  await surroundings.close()
  const [analysed, read, whole] = await Promise.all([analysing, reading, readingWhole])
  const units = read.flat()
  const examined = [
    ...analysed.candidates.map((found) => examine(found, factsOf(found.candidate.path, analysed), settled)),
    ...units.flatMap((unit) => unit.examined),
    ...(whole?.examined ?? []),
  ]
  if (whole) await observer.event({ step: 'read as a whole', detail: wholeChangeDetail(whole.receipt) })
  await observer.event({ step: 'found', detail: countFound(analysed, units, whole?.examined) })

  const compared =
    model && ask && settings.effort !== 'quick'
      ? await compareClaims(examined, {
          asker: { model: model.id, ask: (question) => ask(question, ALL_CLAIMS, signal) },
          intent: change,
          settings,
        })
      : { examined, claims: 0 }
  if (compared.claims > 0) await observer.event({ step: 'compared', detail: describeComparison(compared) })

  const judged = judge(compared.examined, settings)
  const findings = await proveSuggestions(judged, change.files, checkSyntax, signal)
  const shortage = noteOverBudget(findings, units, whole, compared)
  if (shortage) await observer.event({ step: OVER_A_CAP, detail: shortage.detail })
  const receipt = makeReceipt({
    files,
    complete: change.complete,
    units: [...units.map(toReadUnit), ...divided.overBudget.map(overBudget)],
    analysers: analysed,
    linters,
    findings,
    ...(whole && { wholeChange: whole.receipt }),
    notes: [...(shortage?.notes ?? []), ...(model ? noteMistakes(change) : [])],
    ...(model && { model: model.id }),
  })
  return { findings, receipt }

  /** After the units: it is told what they found. */
  async function readWhole(id: string, asking: RecordedAsk): Promise<ReviewedWhole | undefined> {
    const inUnits = (await reading).flat().flatMap((unit) => unit.examined)
    const found = await analysing
    return await reviewWholeChange(divided.units, besideWhole(files, divided.overBudget, inUnits), {
      model: id,
      ask: (question, on) => asking(question, on, signal),
      newId,
      factsOf: (path) => factsOf(path, found),
      settled,
      intent: change,
      contextOf,
      ...(surroundings.hasTree() && {
        useTool: async (call) =>
          (await surroundings.lookInto((tree) => useTool(call, tree, signal))) ?? 'The files cannot be read.',
      }),
      settings,
      signal,
    })
  }
}

function toReadUnit({ unit, source, failure, isOverBudget }: ReviewedUnit): ReadUnit {
  if (failure !== undefined) {
    return { unit, outcome: isOverBudget ? 'over-budget' : 'failed', reason: failure }
  }
  return { unit, outcome: source === 'cache' ? 'from-cache' : 'read' }
}

function overBudget(unit: OverBudgetUnit): ReadUnit {
  return { unit, outcome: 'over-budget', reason: unit.reason }
}
