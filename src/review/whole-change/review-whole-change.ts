import { mapBounded } from '../../base/concurrency.ts'
import type { IdSource } from '../../base/ids.ts'
import type { FileDiff } from '../../diff/file-diff.ts'
import type { Answer, Question } from '../../llm/model.ts'
import type { FileFacts } from '../checks/check.ts'
import type { ContextBudget } from '../context/context-budget.ts'
import { examine, type Settled } from '../examine.ts'
import type { GroundedCandidate } from '../ground.ts'
import type { Examined } from '../judge/policy.ts'
import { readCandidate } from '../read-candidate.ts'
import type { WholeChangeReceipt } from '../receipt.ts'
import type { ReviewSettings } from '../review-settings.ts'
import { lookAgain } from '../review-unit.ts'
import type { ToolCall } from '../tree-tools/tool-call.ts'
import { questionTokens, type Unit } from '../units.ts'
import { renderHunk, type Intent } from '../verify/verify-question.ts'
import { converse, type Conversation } from './converse.ts'
import { evidenceFor, type Evidence } from './evidence-for.ts'
import { showChange, type ShownChange } from './show-change.ts'
import type { WholeChangeMatter } from './whole-change-question.ts'

/** What a change is read with as a whole. */
export interface WholeReading {
  /** Asks on behalf of what the name says: the whole, or one unit of it. */
  readonly ask: (question: Question, on: string) => Promise<Answer>
  readonly model: string
  readonly newId: IdSource
  readonly factsOf: (path: string) => FileFacts | undefined
  readonly settled: Settled
  readonly intent: Intent
  /** What a unit is read with, as text within a budget. */
  readonly contextOf: (unit: Unit, budget: ContextBudget) => Promise<string>
  /** Asks the files of the head; absent where nobody has them. */
  readonly useTool?: (call: ToolCall) => Promise<string>
  readonly settings: Pick<ReviewSettings, 'deepQuestions' | 'deepTokens' | 'runTokens' | 'unitConcurrency'>
  readonly signal: AbortSignal
}

export interface ReviewedWhole {
  readonly examined: readonly Examined[]
  readonly receipt: WholeChangeReceipt
  /** A cap was in the way of it, or of the rest of it. */
  readonly isOverBudget: boolean
}

/** In the place of a path, where something is about no single file. */
const WHOLE_CHANGE = '(whole change)'

/** Of the tokens of a conversation, what the change may take: it stands in every question. */
const SHOWN_SHARE = 0.2

/** What a second look sees from elsewhere. */
const EVIDENCE_TOKENS = 3_000

/** Where a citation leads nowhere. */
const nowhere: FileDiff = {
  path: WHOLE_CHANGE,
  oldPath: WHOLE_CHANGE,
  status: 'modified',
  binary: false,
  hunks: [],
}

/**
 * Reads a change as a whole, after its units: looks for problems that show only across places, and has a second look at
 * each. Undefined when there is nothing to see that the units did not show: a single one, and no other files.
 */
export async function reviewWholeChange(
  units: readonly Unit[],
  beside: Pick<WholeChangeMatter, 'notShown' | 'reported'>,
  reading: WholeReading,
): Promise<ReviewedWhole | undefined> {
  const { settings, useTool } = reading
  if (units.length === 0 || (units.length === 1 && !useTool)) return undefined
  const left = settings.runTokens - units.reduce((sum, unit) => sum + questionTokens(unit), 0)
  const bounds = { questions: settings.deepQuestions, tokens: Math.min(settings.deepTokens, left) }
  let reason =
    bounds.tokens < settings.deepTokens ? 'over the budget of one run' : 'it does not fit into its budget'
  for (let tokens = bounds.tokens * SHOWN_SHARE; ; tokens /= 2) {
    const shown = showChange(units, tokens)
    if (shown.units.length === 0 || (shown.units.length === 1 && !useTool)) return notRead(units, reason)
    const talk = await converse(matterOf(shown, beside, reading), bounds, {
      ask: (question, step) => reading.ask(question, `${WHOLE_CHANGE}, question ${step}`),
      ...(useTool && { useTool }),
    })
    if (talk.end.kind === 'over-budget') return { ...notRead(units, talk.end.reason), isOverBudget: true }
    if (talk.end.kind === 'too-long') reason = 'too long for the model'
    else if (talk.end.kind !== 'too-large') return await readTalk(talk, talk.end, shown, reading)
  }
}

function notRead(units: readonly Unit[], reason: string): ReviewedWhole {
  const notShown = pathsOf(units)
  const receipt = { outcome: 'left-out', reason, questions: 0, toolCalls: 0, notShown } as const
  return { examined: [], receipt, isOverBudget: false }
}

function matterOf(
  { text, leftOut }: ShownChange,
  { notShown, reported }: Pick<WholeChangeMatter, 'notShown' | 'reported'>,
  { intent }: WholeReading,
): WholeChangeMatter {
  const tooMuch = pathsOf(leftOut).map((path) => ({
    path,
    reason: 'not shown, or not whole: too much to show',
  }))
  return { intent, text, notShown: [...tooMuch, ...notShown], reported }
}

async function readTalk(
  talk: Conversation,
  end: Extract<Conversation['end'], { kind: 'complete' | 'cut-short' | 'failed' }>,
  shown: ShownChange,
  reading: WholeReading,
): Promise<ReviewedWhole> {
  const found = talk.entries.map(({ entry, model }) => {
    const unit = entry.kind === 'cited' ? shown.unitOf(entry.finding.startTag) : undefined
    const source = { kind: 'model', model, pass: 'whole-change' } as const
    const cited = readCandidate(entry, {
      id: reading.newId(),
      source,
      file: unit?.file ?? nowhere,
      tagged: shown.tagged,
    })
    return { unit, examined: examineOne(cited, reading) }
  })
  const ofUnits = await mapBounded(
    [...new Set(found.map(({ unit }) => unit))],
    reading.settings.unitConcurrency,
    async (unit) => {
      const own = found.flatMap((one) => (one.unit === unit ? [one.examined] : []))
      return unit ? await lookAcross(unit, own, evidenceOf(talk, shown), reading) : own
    },
    reading.signal,
  )
  const reason = end.kind === 'complete' ? {} : { reason: end.reason }
  const outcome = end.kind === 'complete' ? 'read' : end.kind
  return {
    examined: ofUnits.flat(),
    receipt: {
      outcome,
      ...reason,
      questions: talk.questions,
      toolCalls: talk.lookedUp.length,
      notShown: pathsOf(shown.leftOut),
    },
    isOverBudget: end.kind === 'cut-short' && end.isOverBudget === true,
  }
}

function examineOne(found: GroundedCandidate, { factsOf, settled }: WholeReading): Examined {
  return examine(found, factsOf(found.candidate.path), settled)
}

/** A second look at what was found in one unit, which sees what it rests on elsewhere, too. */
function lookAcross(
  unit: Unit,
  examined: readonly Examined[],
  evidence: readonly (Evidence & { readonly unit?: Unit })[],
  { ask, model, intent, contextOf }: WholeReading,
): Promise<readonly Examined[]> {
  const elsewhere = evidenceFor(
    examined.map(({ candidate }) => candidate),
    evidence.filter((piece) => piece.unit !== unit),
    EVIDENCE_TOKENS,
  )
  return lookAgain(unit, examined, {
    asker: { model, ask: (question) => ask(question, unit.path) },
    intent,
    contextOf: async (part, budget) =>
      [await contextOf(part, budget), elsewhere].filter((text) => text !== '').join('\n'),
  })
}

/** The rest of the change, and what was looked up. */
function evidenceOf(talk: Conversation, { units }: ShownChange): (Evidence & { readonly unit?: Unit })[] {
  const hunks = units.flatMap((unit) =>
    unit.hunks.map((hunk) => ({
      unit,
      path: unit.path,
      text: `Elsewhere in the change, ${JSON.stringify(unit.path)}:\n${renderHunk(hunk, [])}`,
    })),
  )
  return [...hunks, ...talk.lookedUp.map((text) => ({ text: `Looked up: ${text}` }))]
}

function pathsOf(units: readonly Unit[]): readonly string[] {
  return [...new Set(units.map(({ path }) => path))]
}
