import type { Clock } from '../base/clock.ts'
import { errorKind, errorMessage, NotBegunError, RateLimitedError } from '../base/errors.ts'
import type { ClaimedJob, Queue } from '../queue/queue.ts'
import { decideFailure, msUntil, type RetryPolicy } from '../queue/retry-policy.ts'
import type { JobOutcome } from '../telemetry/metrics.ts'
import type { JobContext, JobHandler } from './job-handler.ts'

export interface JobDoer {
  readonly queue: Pick<Queue, 'complete' | 'retry' | 'bury'>
  readonly handlers: Readonly<Record<string, JobHandler>>
  readonly clock: Clock
  /** A number in [0, 1): the jitter of retries. */
  readonly random: () => number
  readonly retryPolicy: RetryPolicy
}

export interface JobProgress {
  readonly isLeaseLost: () => boolean
  /** Told when nothing is left but to tell the queue that the job is complete. */
  readonly onWorkDone: () => void
}

/** Does one job and settles it by what came of it. Throws when it cannot be settled: then it comes back when its lease ends. */
export async function doJob(
  { queue, handlers, clock, random, retryPolicy }: JobDoer,
  job: ClaimedJob,
  context: JobContext,
  { isLeaseLost, onWorkDone }: JobProgress,
): Promise<JobOutcome> {
  const handler = Object.hasOwn(handlers, job.kind) ? handlers[job.kind] : undefined
  if (!handler) return await bury(`unknown kind of job: ${job.kind}`)
  const payload = handler.payload.safeParse(job.payload)
  if (!payload.success) return await bury(`the payload does not fit: ${payload.error.message}`)
  if (job.attempt > retryPolicy.maxAttempts) {
    return await giveUp(
      handler,
      payload.data,
      `attempt ${job.attempt - 1} never ended: its worker died or lost it`,
    )
  }
  try {
    await handler.handle(payload.data, context)
  } catch (error) {
    if (isLeaseLost()) return 'lease-lost'
    return await settleFailure(handler, payload.data, error)
  }
  onWorkDone()
  return (await queue.complete(job)) ? 'completed' : 'lease-lost'

  async function settleFailure(handler: JobHandler, payload: unknown, thrown: unknown): Promise<JobOutcome> {
    // The abort of something else, a time-out for one, is a failure like others: handing back would go on forever.
    const error =
      errorKind(thrown) === 'aborted' && !context.signal.aborted ? new Error(errorMessage(thrown)) : thrown
    const kind = errorKind(error)
    const decision = decideFailure(error, job.attempt, clock.now(), random, retryPolicy)
    if (kind !== 'aborted')
      context.log.warn({ error: errorMessage(error), decision: decision.kind }, 'job failed')
    if (decision.kind === 'bury') return await giveUp(handler, payload, decision.reason)
    if (!(await queue.retry(job, decision))) return 'lease-lost'
    if (error instanceof NotBegunError) return 'not-begun'
    return kind === 'aborted' ? 'handed-back' : kind === 'rate-limited' ? 'rate-limited' : 'retried'
  }

  /** The failure is made visible before the job is buried: a crash in between repeats both, and loses neither. */
  async function giveUp(handler: JobHandler, payload: unknown, reason: string): Promise<JobOutcome> {
    try {
      await handler.buried?.(payload, reason, context)
    } catch (error) {
      // Whoever has the job next makes it visible.
      if (context.signal.aborted) return isLeaseLost() ? 'lease-lost' : await handBack(0, reason)
      if (error instanceof NotBegunError) return await settleFailure(handler, payload, error)
      context.log.warn({ error: errorMessage(error) }, 'the failure could not be made visible')
      // What may pass is waited for, however long it takes: a failure that nobody can see is lost work.
      if (errorKind(error) === 'retryable') return await handBack(retryPolicy.maxDelayMs, reason)
      if (error instanceof RateLimitedError)
        return await handBack(msUntil(error.retryAt, clock.now()), reason)
    }
    return await bury(reason)
  }

  async function handBack(delayMs: number, reason: string): Promise<JobOutcome> {
    return (await queue.retry(job, { delayMs, countsAsAttempt: false, reason }))
      ? 'handed-back'
      : 'lease-lost'
  }

  async function bury(reason: string): Promise<JobOutcome> {
    context.log.error({ reason }, 'job buried')
    return (await queue.bury(job, reason)) ? 'buried' : 'lease-lost'
  }
}
