import type { Clock } from '../base/clock.ts'
import { errorKind, errorMessage, RateLimitedError } from '../base/errors.ts'
import type { ClaimedJob, Queue } from '../queue/queue.ts'
import { decideFailure, defaultRetryPolicy, type RetryPolicy } from '../queue/retry-policy.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { JobOutcome, Metrics } from '../telemetry/metrics.ts'
import type { JobContext, JobHandler } from './job-handler.ts'

export interface WorkerOptions {
  readonly queue: Queue
  readonly handlers: Readonly<Record<string, JobHandler>>
  readonly clock: Clock
  /** A number in [0, 1): the jitter of retries. */
  readonly random: () => number
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'job' | 'runWaited'>
  /** Names this worker, for people. */
  readonly name: string
  /** Jobs at once. */
  readonly concurrency: number
  /** A job whose worker says nothing for this long goes to another. Heartbeats come three times as often. */
  readonly leaseMs: number
  readonly retryPolicy?: RetryPolicy
}

export interface Worker {
  /** Stops claiming, lets work finish within `graceMs`, then hands back what is left. Resolves when nothing runs. */
  stop(graceMs: number): Promise<void>
}

/** How long one claim waits for work before it asks again. */
const CLAIM_WAIT_MS = 5_000
/** How long to wait when the queue cannot be reached. */
const QUEUE_AWAY_MS = 1_000

/** Claims jobs and does them, at most `concurrency` at once, until it is stopped. */
export function startWorker(options: WorkerOptions): Worker {
  const { queue, clock, log, name, concurrency, leaseMs } = options
  const stopping = new AbortController()
  const aborting = new AbortController()
  const active = new Set<Promise<void>>()
  const claiming = claimLoop()
  let stopped: Promise<void> | undefined

  return {
    stop: (graceMs) => (stopped ??= stop(graceMs)),
  }

  async function claimLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (active.size >= concurrency) {
        await Promise.race(active)
        continue
      }
      const claim = { count: concurrency - active.size, leaseMs, worker: name, waitMs: CLAIM_WAIT_MS }
      try {
        for (const job of await queue.claim(claim, stopping.signal)) begin(job)
      } catch (error) {
        if (stopping.signal.aborted) return
        log.warn({ error: errorMessage(error) }, 'queue away, trying again')
        await clock.sleep(QUEUE_AWAY_MS, stopping.signal).catch(() => undefined)
      }
    }
  }

  function begin(job: ClaimedJob): void {
    const work = drive(options, job, aborting.signal).finally(() => active.delete(work))
    active.add(work)
  }

  async function stop(graceMs: number): Promise<void> {
    stopping.abort()
    if (active.size > 0) log.info({ jobs: active.size, graceMs }, 'letting jobs finish')
    const finished = new AbortController()
    void clock.sleep(graceMs, finished.signal).then(
      () => aborting.abort(),
      () => undefined,
    )
    await claiming
    await Promise.all(active)
    finished.abort()
  }
}

/** Does one job from claim to settlement. Never throws: a job that cannot be settled comes back when its lease ends. */
async function drive(options: WorkerOptions, job: ClaimedJob, stop: AbortSignal): Promise<void> {
  const log = options.log.child({ jobId: job.id, kind: job.kind, attempt: job.attempt })
  const leaseLost = new AbortController()
  const done = new AbortController()
  const heartbeats = beat(options, job, leaseLost, done.signal)
  if (job.attempt === 1) {
    options.metrics.runWaited((options.clock.now().getTime() - job.enqueuedAt.getTime()) / 1_000)
  }
  try {
    const signal = AbortSignal.any([stop, leaseLost.signal])
    const outcome = await attempt(options, job, { attempt: job.attempt, log, signal }, leaseLost.signal)
    options.metrics.job(Object.hasOwn(options.handlers, job.kind) ? job.kind : 'unknown', outcome)
    log.info({ outcome }, 'job settled')
  } catch (error) {
    log.warn({ error: errorMessage(error) }, 'job could not be settled; its lease will run out')
  } finally {
    done.abort()
    await heartbeats
  }
}

async function attempt(
  options: WorkerOptions,
  job: ClaimedJob,
  context: JobContext,
  leaseLost: AbortSignal,
): Promise<JobOutcome> {
  const { queue, clock, random, retryPolicy = defaultRetryPolicy } = options
  const handler = Object.hasOwn(options.handlers, job.kind) ? options.handlers[job.kind] : undefined
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
    if (leaseLost.aborted) return 'lease-lost'
    return await settleFailure(handler, payload.data, error)
  }
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
    return kind === 'aborted' ? 'handed-back' : kind === 'rate-limited' ? 'rate-limited' : 'retried'
  }

  /** The failure is made visible before the job is buried: a crash in between repeats both, and loses neither. */
  async function giveUp(handler: JobHandler, payload: unknown, reason: string): Promise<JobOutcome> {
    try {
      await handler.buried?.(payload, reason, context)
    } catch (error) {
      // Whoever has the job next makes it visible.
      if (context.signal.aborted)
        return leaseLost.aborted ? 'lease-lost' : await handBack(clock.now(), reason)
      context.log.warn({ error: errorMessage(error) }, 'the failure could not be made visible')
      // What may pass is waited for, however long it takes: a failure that nobody can see is lost work.
      const kind = errorKind(error)
      const later = new Date(clock.now().getTime() + retryPolicy.maxDelayMs)
      if (kind === 'retryable') return await handBack(later, reason)
      if (error instanceof RateLimitedError) return await handBack(error.retryAt, reason)
    }
    return await bury(reason)
  }

  async function handBack(at: Date, reason: string): Promise<JobOutcome> {
    return (await queue.retry(job, { at, countsAsAttempt: false, reason })) ? 'handed-back' : 'lease-lost'
  }

  async function bury(reason: string): Promise<JobOutcome> {
    context.log.error({ reason }, 'job buried')
    return (await queue.bury(job, reason)) ? 'buried' : 'lease-lost'
  }
}

/**
 * Extends the lease until the job is done. When the lease is gone, the work is aborted: another worker has it. It is
 * gone, too, when it ran out while the queue was away: nobody could tell us.
 */
async function beat(
  { queue, clock, leaseMs, log }: WorkerOptions,
  job: ClaimedJob,
  leaseLost: AbortController,
  done: AbortSignal,
): Promise<void> {
  let held = true
  let heldUntilMs = clock.now().getTime() + leaseMs
  while (held) {
    try {
      await clock.sleep(leaseMs / 3, done)
    } catch {
      return
    }
    const askedMs = clock.now().getTime()
    try {
      held = await queue.extend(job, leaseMs)
      heldUntilMs = askedMs + leaseMs
    } catch (error) {
      held = clock.now().getTime() < heldUntilMs
      log.warn({ jobId: job.id, held, error: errorMessage(error) }, 'heartbeat failed')
    }
    // Settled while the heartbeat was under way: nothing is lost.
    if (done.aborted) return
  }
  log.warn({ jobId: job.id }, 'lease lost, aborting the job')
  leaseLost.abort()
}
