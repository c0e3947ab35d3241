import type { MeasuringClock } from '../base/clock.ts'
import { errorKind } from '../base/errors.ts'
import { BudgetAwayError } from '../llm/budget-away-error.ts'
import { BudgetBusyError } from '../llm/budget-busy-error.ts'
import type { ModelSource, RunScope } from '../llm/model-source.ts'
import type { Model, Question, Usage } from '../llm/model.ts'
import { OverBudgetError } from '../llm/over-budget-error.ts'
import { paidInVain } from '../llm/paid-in-vain.ts'
import type { Budget, ReservationId, Reserved, Spending } from './budget.ts'
import { accountsFor, capWords, type Caps, type CapScope } from './caps.ts'
import { estimateQuestion } from './estimate-question.ts'
import { whileRepeating } from '../base/while-repeating.ts'
import { createLines, type Lines } from '../base/lines.ts'
import { microDollars } from './money.ts'
import type { Prices } from './prices.ts'

export interface BudgetedModelsOptions {
  readonly budget: Budget
  readonly caps: Caps
  readonly prices: Prices
  readonly clock: MeasuringClock
  /** A number in [0, 1). */
  readonly random: () => number
  readonly observer: BudgetObserver
}

export interface BudgetObserver {
  /** A question was not asked. */
  refused(scope: CapScope, measure: keyof Spending): void
  /** What was spent could not be counted: it stays set aside until it is void. */
  unsettled(error: unknown): void
  /** What is set aside could not be held longer: it may be void before the answer is there. */
  unextended(error: unknown): void
}

/** How long a question waits for others to settle, before the whole run is given back to the queue. */
const MAX_WAIT_MS = 30_000
const POLL_MS = { min: 50, max: 1_000 } as const

/** What a process had set aside when it died is void after this. */
const HOLD_MS = 180_000
/** As long as a question is under way, however long it waits for its place. One that comes late, or fails, loses nothing yet. */
const EXTEND_MS = HOLD_MS / 3

/**
 * Models whose questions are asked only while all caps have room, see `Budget`. Near a cap questions are given up by their
 * stakes. One that is given up throws an `OverBudgetError`. Without caps nothing is counted, and nothing stands in between.
 */
export function budgetedModels(source: ModelSource, options: BudgetedModelsOptions): ModelSource {
  if (Object.keys(options.caps).length === 0) return source
  const all = { ...options, lines: createLines() }
  return {
    id: source.id,
    forRun: (scope) => {
      const model = source.forRun(scope)
      return { id: model.id, ask: (question, signal) => askWithin(model, question, scope, all, signal) }
    },
  }
}

interface Askers extends BudgetedModelsOptions {
  /** Of those who want of one account: one at a time asks the store for it, and who came first goes first. */
  readonly lines: Lines
}

async function askWithin(
  model: Model,
  question: Question,
  scope: RunScope,
  options: Askers,
  signal: AbortSignal,
): ReturnType<Model['ask']> {
  const id = await reserve(model, question, scope, options, signal)
  try {
    const ask = (): ReturnType<Model['ask']> => model.ask(question, signal)
    const answer = await whileRepeating(ask, () => extend(id), { everyMs: EXTEND_MS, clock: options.clock })
    await settle(id, answer.usage)
    return answer
  } catch (error) {
    // Without an answer nothing is billed, as a rule; whoever breaks off may still pay for what was on its way.
    await settle(id, paidInVain(error)?.usage ?? NOTHING)
    throw error
  }

  async function extend(reservation: ReservationId): Promise<boolean> {
    try {
      await options.budget.extend(reservation, HOLD_MS)
    } catch (error) {
      options.observer.unextended(error)
    }
    return true
  }

  /** The answer is there, and paid: it is worth having also when the store is away. */
  async function settle(reservation: ReservationId, usage: Usage): Promise<void> {
    try {
      await options.budget.settle(reservation, spending(model.id, usage, options))
    } catch (error) {
      options.observer.unsettled(error)
    }
  }
}

const NOTHING: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 }

async function reserve(
  model: Model,
  question: Question,
  scope: RunScope,
  options: Askers,
  signal: AbortSignal,
): Promise<ReservationId> {
  const { caps, clock, random, lines } = options
  const stakes = question.stakes ?? 'high'
  const startMs = clock.monotonicMs()
  let line: { readonly account: string; readonly leave: () => void } | undefined
  const standFor = async (account: string): Promise<void> => {
    line?.leave()
    line = undefined
    line = { account, leave: await lines.stand(account, signal) }
  }
  try {
    // Of the accounts the last one is shared with most others: the store lets one at a time look at it, anyway.
    const widest = accountsFor(caps, scope, stakes, clock.now()).at(-1)
    if (widest) await standFor(widest.key)
    for (let pollMs: number = POLL_MS.min; ;) {
      signal.throwIfAborted()
      const reserved = await tryToReserve(
        model,
        question,
        accountsFor(caps, scope, stakes, clock.now()),
        options,
      )
      if (reserved.kind === 'reserved') return reserved.id
      if (clock.monotonicMs() - startMs > MAX_WAIT_MS) {
        const what = `questions under way have set aside what is left of a cap, ${model.id} waits`
        throw new BudgetBusyError(what, new Date(clock.now().getTime() + MAX_WAIT_MS))
      }
      // Who waits for what is left to a run, or a repository, stands in the way of no other one.
      if (line?.account !== reserved.account) await standFor(reserved.account)
      else {
        await clock.sleep(pollMs * (0.5 + random()), signal)
        pollMs = Math.min(2 * pollMs, POLL_MS.max)
      }
    }
  } finally {
    line?.leave()
  }
}

/** Throws when it is refused. */
async function tryToReserve(
  model: Model,
  question: Question,
  accounts: ReturnType<typeof accountsFor>,
  options: Askers,
): Promise<Exclude<Reserved, { kind: 'refused' }>> {
  const { budget, observer } = options
  const estimate = estimateQuestion(question)
  const reserved = await budget
    .reserve({
      accounts,
      expected: spending(model.id, estimate.expected, options),
      worst: spending(model.id, estimate.worst, options),
      holdMs: HOLD_MS,
    })
    .catch((error: unknown) => {
      if (errorKind(error) !== 'retryable') throw error
      throw new BudgetAwayError(`the caps cannot be read, ${model.id} is not asked`, { cause: error })
    })
  if (reserved.kind !== 'refused') return reserved
  const capped = accounts.find(({ key }) => key === reserved.account)?.scope ?? 'run'
  observer.refused(capped, reserved.measure)
  throw new OverBudgetError(
    `over the ${reserved.measure === 'money' ? 'money' : 'token'} cap of ${capWords[capped]}`,
  )
}

/** Money that nobody knows counts as none: the caps in tokens hold. */
function spending(model: string, usage: Usage, { prices, clock }: BudgetedModelsOptions): Spending {
  return {
    money: prices.costOf(model, usage, clock.now()) ?? microDollars(0),
    tokens: usage.inputTokens + usage.outputTokens,
  }
}
