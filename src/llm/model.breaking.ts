import type { MeasuringClock } from '../base/clock.ts'
import { errorKind, errorMessage, RateLimitedError } from '../base/errors.ts'
import type { Answer, Model } from './model.ts'
import { ModelUnavailableError } from './model-unavailable-error.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

export interface BreakingOptions {
  readonly clock: Pick<MeasuringClock, 'now' | 'monotonicMs'>
  /** Told when questions stop, and for how long. `needsPerson`: the account, the key or the name is refused. */
  readonly onOpen?: (outage: {
    readonly reason: string
    readonly until: Date
    readonly needsPerson: boolean
  }) => void
  /** Told when they go on. */
  readonly onClose?: () => void
}

/** Questions in a row that failed, each after its own retries, before nobody is asked any more. */
const FAILURES = 3
/** After so long one question tries whether it is over; each time that it is not, after twice as long. */
const OUTAGE_MS = 30_000
/** But after so long at most, and from the first time where only a person can end it. */
const LONGEST_MS = 300_000
/** Who waited for a day is told what went wrong: it may be the question. */
const PATIENCE_MS = 86_400_000
/** While that one is under way, others come again after this. */
const PROBE_MS = 5_000

/**
 * A circuit breaker: a model that is out is not asked by every unit of every run. Questions are then refused as
 * rate-limited, so that their runs wait and cost no attempts; after a while one of them tries, and costs none either when
 * it fails. Stands outside of retries: what counts is what they could not mend.
 */
export function breakingModel(model: Model, { clock, onOpen, onClose }: BreakingOptions): Model {
  let failures = 0
  let outage:
    | { readonly reason: string; readonly sinceMs: number; readonly forMs: number; readonly untilMs: number }
    | undefined
  let probing = false
  /** What is measured as a date of this moment's clock, for those who come again then. */
  const dateOf = (monotonicMs: number): Date =>
    new Date(clock.now().getTime() + Math.ceil(monotonicMs - clock.monotonicMs()))

  return {
    id: model.id,
    async ask(question, signal) {
      if (!outage) return await watch(() => model.ask(question, signal), false)
      const nowMs = clock.monotonicMs()
      const isOver = nowMs >= outage.untilMs
      if (!isOver || probing) {
        const until = dateOf(isOver ? nowMs + PROBE_MS : outage.untilMs)
        throw new RateLimitedError(
          `${model.id} is not asked before ${until.toISOString()}: ${outage.reason}`,
          until,
        )
      }
      probing = true
      try {
        return await watch(() => model.ask(question, signal), true)
      } finally {
        probing = false
      }
    },
  }

  async function watch(ask: () => Promise<Answer>, isProbe: boolean): Promise<Answer> {
    try {
      const answer = await ask()
      close()
      return answer
    } catch (error) {
      if (error instanceof ModelUnavailableError) throw askedBefore(error, isProbe) ?? open(error, LONGEST_MS)
      // An answer that cannot be used is an answer, and so is being told to wait.
      if (error instanceof UnusableAnswerError) close()
      else if (errorKind(error) === 'retryable' && ++failures >= FAILURES) throw fail(error, isProbe)
      throw error
    }
  }

  /** What a question that was asked before the model was known to be out comes to: it says nothing new. */
  function askedBefore(error: unknown, isProbe: boolean): RateLimitedError | undefined {
    if (!outage || isProbe) return undefined
    return new RateLimitedError(outage.reason, dateOf(outage.untilMs), { cause: error })
  }

  function fail(error: unknown, isProbe: boolean): unknown {
    const late = askedBefore(error, isProbe)
    if (late) return late
    const before = outage
    const limited = open(error, before ? Math.min(LONGEST_MS, 2 * before.forMs) : OUTAGE_MS)
    const isPatient = before && clock.monotonicMs() - before.sinceMs < PATIENCE_MS
    return isPatient ? limited : error
  }

  function open(error: unknown, forMs: number): RateLimitedError {
    const reason = errorMessage(error)
    const nowMs = clock.monotonicMs()
    const until = dateOf(nowMs + forMs)
    outage = { reason, sinceMs: outage?.sinceMs ?? nowMs, forMs, untilMs: nowMs + forMs }
    onOpen?.({ reason, until, needsPerson: error instanceof ModelUnavailableError })
    return new RateLimitedError(`${model.id} is not asked before ${until.toISOString()}`, until, {
      cause: error,
    })
  }

  function close(): void {
    failures = 0
    if (outage) onClose?.()
    outage = undefined
  }
}
