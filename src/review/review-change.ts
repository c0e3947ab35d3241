import type { Analyser } from '../analysis/analyser.ts'
import type { Clock } from '../base/clock.ts'
import { mapBounded } from '../base/concurrency.ts'
import type { IdSource } from '../base/ids.ts'
import type { ModelSource, RunScope } from '../llm/model-source.ts'
import type { Change } from './change.ts'
import type { CheckSyntax } from './check-syntax.ts'
import { findInUnit, type UnitOutcome } from './find-in-unit.ts'
import { findWithAnalysers } from './find-with-analysers.ts'
import type { Finding } from './finding.ts'
import { judge, type SaidBefore } from './judge.ts'
import { makeReceipt, type ReadUnit } from './make-receipt.ts'
import type { ModelCall } from './model-call.ts'
import { proveSuggestions } from './prove-suggestions.ts'
import type { Receipt } from './receipt.ts'
import { recordedAsk } from './recorded-ask.ts'
import { redactChange, type ScanSecrets } from './redact-change.ts'
import type { ReviewSettings } from './review-settings.ts'
import type { RunEvent } from './run-store.ts'
import { selectFiles } from './select.ts'
import { makeUnits, type OverBudgetUnit, type Unit } from './units.ts'

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
  said?: SaidBefore,
) => Promise<ReviewResult>

export interface Reviewer {
  /** Without a model the analysers are the review. */
  readonly models?: ModelSource
  readonly analysers: readonly Analyser[]
  readonly scanSecrets: ScanSecrets
  readonly checkSyntax: CheckSyntax
  readonly settings: ReviewSettings
  readonly clock: Clock
  readonly newId: IdSource
}

export function createReviewChange(reviewer: Reviewer): ReviewChange {
  return (change, scope, observer, signal, said = new Set()) =>
    reviewChange(reviewer, change, scope, observer, signal, said)
}

/** The story of a review: redact, select, divide, find, judge, account. */
async function reviewChange(
  { models, analysers, scanSecrets, checkSyntax, settings, clock, newId }: Reviewer,
  original: Change,
  scope: RunScope,
  observer: ReviewObserver,
  signal: AbortSignal,
  said: SaidBefore,
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
  const asking = model
    ? askAll(
        divided.units,
        recordedAsk(model, clock, (call) => observer.call(call)),
        settings,
        newId,
        signal,
      )
    : []
  const [analysed, asked] = await Promise.all([analysing, asking])
  const candidates = asked.flatMap(({ outcome }) => (outcome.kind === 'read' ? outcome.candidates : []))
  await observer.event({
    step: 'found',
    detail: {
      'by analysers': analysed.candidates.length,
      'by model': candidates.length,
      'failed units': asked.filter(({ outcome }) => outcome.kind === 'failed').length,
    },
  })

  const diffs = new Map(change.files.map(({ diff }) => [diff.path, diff]))
  const judged = judge([...analysed.candidates, ...candidates], diffs, settings, said)
  const findings = await proveSuggestions(judged, change.files, checkSyntax, signal)
  const receipt = makeReceipt({
    files,
    complete: change.complete,
    units: [...asked.map(toReadUnit), ...divided.overBudget.map(overBudget)],
    analysers: analysed,
    linters: analysers.filter(({ kind }) => kind === 'linter'),
    findings,
    ...(model && { model: model.id }),
  })
  return { findings, receipt }
}

interface AskedUnit {
  readonly unit: Unit
  readonly outcome: UnitOutcome
}

async function askAll(
  units: readonly Unit[],
  ask: ReturnType<typeof recordedAsk>,
  { unitConcurrency }: ReviewSettings,
  newId: IdSource,
  signal: AbortSignal,
): Promise<readonly AskedUnit[]> {
  return await mapBounded(
    units,
    unitConcurrency,
    async (unit) => ({
      unit,
      outcome: await findInUnit(unit, (question) => ask(question, unit.path, signal), newId),
    }),
    signal,
  )
}

function toReadUnit({ unit, outcome }: AskedUnit): ReadUnit {
  return outcome.kind === 'read'
    ? { unit, outcome: outcome.source === 'cache' ? 'from-cache' : 'read' }
    : { unit, outcome: 'failed', reason: outcome.reason }
}

function overBudget(unit: OverBudgetUnit): ReadUnit {
  return { unit, outcome: 'over-budget', reason: unit.reason }
}
