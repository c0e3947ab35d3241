import type { MeasuringClock } from '../base/clock.ts'
import { errorMessage } from '../base/errors.ts'
import type { ClaimedJob, Queue } from '../queue/queue.ts'
import { defaultRetryPolicy, type RetryPolicy } from '../queue/retry-policy.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { doJob } from './do-job.ts'
import { createHeartbeats } from './heartbeats.ts'
import type { JobHandler } from './job-handler.ts'

export interface WorkerOptions {
  readonly queue: Queue
  readonly handlers: Readonly<Record<string, JobHandler>>
  readonly clock: MeasuringClock
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
/** How long to wait when the queue cannot be reached, or what all work stands on. */
const AWAY_MS = 1_000

/** Claims jobs and does them, at most `concurrency` at once, until it is stopped. */
export function startWorker(options: WorkerOptions): Worker {
  const { queue, clock, log, metrics, name, concurrency, leaseMs, handlers } = options
  const doer = { ...options, retryPolicy: options.retryPolicy ?? defaultRetryPolicy }
  const heartbeats = createHeartbeats(options)
  const stopping = new AbortController()
  /** The jobs under way, each with what tells it to stop. */
  const active = new Map<Promise<void>, AbortController>()
  /** How many of them work: the others only wait for the queue to note that they are complete. */
  let working = 0
  /** Since the last claim a job could not begin: others could not either. */
  let couldNotBegin = false
  let isGraceOver = false
  let tellOfRoom = (): void => undefined
  let stopped: Promise<void> | undefined
  const claiming = claimLoop()

  return {
    stop: (graceMs) => (stopped ??= stop(graceMs)),
  }

  async function claimLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      // As many again may wait for the queue to note that they are complete.
      const count = Math.min(concurrency - working, 2 * concurrency - active.size)
      if (count <= 0) {
        await roomForMore()
        continue
      }
      if (couldNotBegin) {
        couldNotBegin = false
        await clock.sleep(AWAY_MS, stopping.signal).catch(() => undefined)
        continue
      }
      const claim = { count, leaseMs, worker: name, waitMs: CLAIM_WAIT_MS }
      try {
        for (const job of await queue.claim(claim, stopping.signal)) begin(job)
      } catch (error) {
        if (stopping.signal.aborted) return
        log.warn({ error: errorMessage(error) }, 'queue away, trying again')
        await clock.sleep(AWAY_MS, stopping.signal).catch(() => undefined)
      }
    }
  }

  function roomForMore(): Promise<void> {
    return new Promise((resolve) => {
      tellOfRoom = resolve
    })
  }

  function begin(job: ClaimedJob): void {
    const abort = new AbortController()
    // A claim that came too late: its jobs are handed back.
    if (isGraceOver) abort.abort()
    const work = drive(job, abort).finally(() => {
      active.delete(work)
      tellOfRoom()
    })
    active.set(work, abort)
  }

  /**
   * Takes up room until it is called. A job gives its room back before the queue has noted its completion, so that the
   * next claim goes along with it: one after the other took half of the time where jobs are short.
   */
  function takeRoom(): () => void {
    let taken = true
    working += 1
    return () => {
      if (!taken) return
      taken = false
      working -= 1
      tellOfRoom()
    }
  }

  /** Does one job from claim to settlement. Never throws: a job that cannot be settled comes back when its lease ends. */
  async function drive(job: ClaimedJob, abort: AbortController): Promise<void> {
    const jobLog = log.child({ jobId: job.id, kind: job.kind, attempt: job.attempt })
    const giveRoomBack = takeRoom()
    let leaseLost = false
    const letGo = heartbeats.keep(job, () => {
      leaseLost = true
      abort.abort()
    })
    if (job.attempt === 1) {
      // Two clocks: they may differ.
      const waitedMs = clock.now().getTime() - job.enqueuedAt.getTime()
      metrics.runWaited(Math.max(0, waitedMs) / 1_000)
    }
    try {
      const context = { attempt: job.attempt, log: jobLog, signal: abort.signal }
      const outcome = await doJob(doer, job, context, {
        isLeaseLost: () => leaseLost,
        onWorkDone: giveRoomBack,
      })
      couldNotBegin ||= outcome === 'not-begun'
      metrics.job(Object.hasOwn(handlers, job.kind) ? job.kind : 'unknown', outcome)
      jobLog.info({ outcome }, 'job settled')
    } catch (error) {
      jobLog.warn({ error: errorMessage(error) }, 'job could not be settled; its lease will run out')
    } finally {
      giveRoomBack()
      letGo()
    }
  }

  async function stop(graceMs: number): Promise<void> {
    stopping.abort()
    if (active.size > 0) log.info({ jobs: active.size, graceMs }, 'letting jobs finish')
    const finished = new AbortController()
    void clock.sleep(graceMs, finished.signal).then(handBack, () => undefined)
    tellOfRoom()
    await claiming
    await Promise.all(active.keys())
    await heartbeats.ended()
    finished.abort()
  }

  function handBack(): void {
    isGraceOver = true
    for (const abort of active.values()) abort.abort()
  }
}
