import type { AnswerCache, KeptAnswers } from '../cache/answer-cache.ts'
import { lastDays, type SpendingRecord, type SpentInPeriod } from '../budget/spending-record.ts'
import { amountWords, paidQuestions, savedQuestions, type Spent } from '../budget/spent.ts'
import { spentJson } from '../budget/spent-json.ts'
import type { Clock } from '../base/clock.ts'
import type { AskedBefore, AskedInRun, CacheRecord } from '../cache/cache-record.ts'
import { explainQuestion, type Explanation } from '../cache/explain-question.ts'
import { write, type Terminal } from './terminal.ts'
import { terminalLine } from './terminal-text.ts'

export type CacheRequest =
  | { readonly kind: 'stats'; readonly days: number; readonly json: boolean }
  | { readonly kind: 'explain'; readonly run: string; readonly json: boolean }
  /** Without a repository: everything. */
  | { readonly kind: 'purge'; readonly repository?: string }

export interface CacheTools {
  readonly cache: Pick<AnswerCache, 'stats' | 'purge'>
  readonly record: CacheRecord
  readonly spending: Pick<SpendingRecord, 'spent' | 'spentByRun'>
  readonly clock: Pick<Clock, 'now'>
}

const REPOSITORIES = 20

/** Returns the exit code: 0 when it did what was asked, 1 when there is no such run. */
export async function runCache(
  request: CacheRequest,
  { cache, record, spending, clock }: CacheTools,
  { stdout, stderr }: Pick<Terminal, 'stdout' | 'stderr'>,
): Promise<0 | 1> {
  switch (request.kind) {
    case 'stats': {
      const { days } = request
      const [kept, spent] = await Promise.all([
        cache.stats(),
        spending.spent(lastDays(days, clock.now()), REPOSITORIES),
      ])
      await write(stdout, request.json ? statsJson(kept, spent) : statsText(days, kept, spent))
      return 0
    }
    case 'explain': {
      const [asked, spent] = await Promise.all([
        record.askedIn(request.run),
        spending.spentByRun(request.run),
      ])
      if (!asked || !spent) {
        await write(
          stderr,
          `there is no run ${terminalLine(request.run)}: its page or /api/runs shows its id\n`,
        )
        return 1
      }
      await write(stdout, request.json ? explainJson(asked, spent) : explainText(asked, spent))
      return 0
    }
    case 'purge': {
      const removed = await cache.purge(request.repository)
      await write(stdout, `${removed} ${removed === 1 ? 'answer' : 'answers'} removed\n`)
      return 0
    }
  }
}

function statsText(
  days: number,
  kept: KeptAnswers,
  { total, repositories, days: byDay }: SpentInPeriod,
): string {
  const { 'bad-entry': bad, error } = total.questions
  return [
    `${number(kept.entries)} answers are kept, in ${number(kept.bytes)} bytes.`,
    `Of the last ${number(days)} days: ${number(bad)} could not be read, and ${number(error)} questions found the cache away.`,
    '',
    ...table([
      ['', 'questions', 'from cache', 'tokens paid', 'saved', '', 'spent', 'saved'],
      statsRow('all', total),
      ...repositories.map((one) => statsRow(one.repository, one)),
      ...byDay.map((one) => statsRow(one.day, one)),
    ]),
    '',
  ].join('\n')
}

function statsRow(name: string, spent: Spent): readonly string[] {
  const { tokens, money } = spent
  const share = tokens.paid + tokens.saved === 0 ? 0 : tokens.saved / (tokens.paid + tokens.saved)
  const saved = savedQuestions(spent)
  return [
    terminalLine(name),
    ...[paidQuestions(spent) + saved, saved, tokens.paid, tokens.saved].map(number),
    `${Math.round(share * 100)} %`,
    amountWords(money.paid),
    amountWords(money.saved),
  ]
}

function statsJson(kept: KeptAnswers, { total, repositories, days, models }: SpentInPeriod): string {
  const stats = {
    kept,
    total: spentJson(total),
    repositories: repositories.map(({ repository, ...spent }) => ({ repository, ...spentJson(spent) })),
    models: models.map(({ model, ...spent }) => ({ model, ...spentJson(spent) })),
    days: days.map(({ day, ...spent }) => ({ day, ...spentJson(spent) })),
  }
  return `${JSON.stringify(stats)}\n`
}

/** The first column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

function explainText(asked: readonly AskedInRun[], { tokens }: Spent): string {
  if (asked.length === 0) return 'The run asked no model.\n'
  const lines = asked.map(
    (one) => `${one.purpose} ${terminalLine(one.unit)}\n  ${explanationText(explainQuestion(one))}`,
  )
  return `${lines.join('\n')}\n\n${number(tokens.paid)} tokens paid, ${number(tokens.saved)} saved\n`
}

function explanationText(explanation: Explanation): string {
  switch (explanation.kind) {
    case 'saved':
      return explanation.paidBy
        ? `from the cache: paid by ${name(explanation.paidBy)}`
        : 'from the cache: paid elsewhere in the installation'
    case 'first':
      return 'paid: the first question about it'
    case 'changed':
      return `paid: ${explanation.parts.join(', ')} changed since ${name(explanation.since)}`
    case 'gone':
      return `paid: nothing changed since ${name(explanation.since)}, but its answer was not there any more`
    case 'unreadable':
      return 'paid: the answer that was kept could not be read'
    case 'cache-away':
      return 'paid: the cache did not answer'
    case 'unknown':
      return 'not known: no cache was asked, or the question failed'
  }
}

function name({ runId, at }: AskedBefore): string {
  return `run ${terminalLine(runId)}, ${at.toISOString()}`
}

function explainJson(asked: readonly AskedInRun[], spent: Spent): string {
  const questions = asked.map((one) => ({
    purpose: one.purpose,
    unit: one.unit,
    source: one.source,
    outcome: one.outcome,
    lookup: one.cache?.lookup ?? null,
    key: one.cache?.key ?? null,
    explanation: explanationJson(explainQuestion(one)),
  }))
  return `${JSON.stringify({ ...spentJson(spent), asked: questions })}\n`
}

function explanationJson(explanation: Explanation): object {
  const { kind } = explanation
  if (kind === 'saved') return { kind, paid_by: explanation.paidBy?.runId ?? null }
  if (kind === 'changed') return { kind, since: explanation.since.runId, parts: explanation.parts }
  return kind === 'gone' ? { kind, since: explanation.since.runId } : { kind }
}

const numbers = new Intl.NumberFormat('en')

function number(value: number): string {
  return numbers.format(value)
}
