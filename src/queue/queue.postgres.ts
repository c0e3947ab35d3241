import { errorMessage, isAbort } from '../base/errors.ts'
import { systemClock, type MeasuringClock } from '../base/clock.ts'
import type { Database, SqlValue, Statement } from '../postgres/database.ts'
import { storableText } from '../postgres/storable-text.ts'
import type { Logger } from '../telemetry/logger.ts'
import { coalesce } from './coalesce.ts'
import type { ClaimedJob, DeadLetter, JobId, Queue } from './queue.ts'
import * as sql from './queue-statements.postgres.ts'

/** Jobs that one statement settles or extends. */
const MAX_BATCH = 200

/** How long news of a job can take when the notification was lost, or when its time came without one. */
const POLL_MS = 1_000

export interface PostgresQueueOptions {
  readonly log: Logger
  /**
   * Decides what time it is, for tests. Without it the server does: workers on several machines then agree when a lease
   * ends, however wrong their own clocks are.
   */
  readonly clock?: MeasuringClock
}

/**
 * The queue in the tables `jobs` and `dead_letters`. The lease token fences: settling a job whose lease ran out still
 * works until another worker has claimed it. Jobs come in the order in which they became claimable.
 */
export function openPostgresQueue(database: Database, { log, clock }: PostgresQueueOptions): Queue {
  const now = (): Date | null => clock?.now() ?? null
  const waitClock = clock ?? systemClock
  const sleepers = new Set<() => void>()
  // Counts the news, so that what comes between a look and the sleep after it is not missed.
  let news = 0
  const closing = new AbortController()
  let listening: Promise<(() => Promise<void>) | undefined> | undefined

  function wakeAll(): void {
    news += 1
    for (const wake of sleepers) wake()
  }

  /** Begins with the first claim that waits. Without notifications the queue is slower, not wrong: it polls. */
  function listen(): Promise<unknown> {
    listening ??= database.listen(sql.CHANNEL, wakeAll).catch((error: unknown) => {
      log.warn({ reason: errorMessage(error) }, 'no notifications from the queue for now, polling')
      listening = undefined
      return undefined
    })
    return listening
  }

  async function sleepUntilNews(seen: number, ms: number, signal: AbortSignal): Promise<void> {
    if (news !== seen || closing.signal.aborted || signal.aborted) return
    const woken = new AbortController()
    const wake = (): void => woken.abort()
    sleepers.add(wake)
    signal.addEventListener('abort', wake, { once: true })
    try {
      await waitClock.sleep(ms, woken.signal)
    } catch (error) {
      if (!isAbort(error)) throw error
    } finally {
      sleepers.delete(wake)
      signal.removeEventListener('abort', wake)
    }
  }

  /** Whether the statement changed its row. */
  async function changed(statement: Statement<object>, ...values: readonly SqlValue[]): Promise<boolean> {
    return (await database.run(statement, ...values)).length > 0
  }

  // What is settled or extended in one turn shares a statement, and so a commit: that is what a job costs here.
  const completeJob = coalesce(MAX_BATCH, async (jobs: readonly ClaimedJob[]) => {
    const held = await database.run(sql.complete, idsOf(jobs), tokensOf(jobs))
    return whetherHeld(jobs, held)
  })

  interface Extension {
    readonly job: ClaimedJob
    readonly leaseMs: number
  }
  const extendLease = coalesce(MAX_BATCH, async (leases: readonly Extension[]) => {
    const jobs = leases.map(({ job }) => job)
    const lengths = leases.map(({ leaseMs }) => leaseMs)
    const held = await database.run(sql.extend, now(), idsOf(jobs), tokensOf(jobs), lengths)
    return whetherHeld(jobs, held)
  })

  return {
    enqueue: async (jobs) => {
      if (jobs.length === 0) return 0
      const [row] = await database.run(
        sql.enqueue,
        now(),
        jobs.map(({ id }) => id),
        jobs.map(({ kind }) => kind),
        jobs.map(({ payload }) => JSON.stringify(payload)),
        jobs.map(({ notBefore }) => notBefore ?? null),
      )
      return row?.added ?? 0
    },

    claim: async ({ count, leaseMs, worker, waitMs }, signal) => {
      const deadline = waitClock.monotonicMs() + waitMs
      const isOver = (): boolean => closing.signal.aborted || signal.aborted
      if (waitMs > 0 && !isOver()) await listen()
      while (!isOver()) {
        const seen = news
        // What was claimed is handed over even if the signal aborted meanwhile: nobody else could settle it.
        const rows = await database.run(sql.claim, now(), count, leaseMs, worker)
        const left = deadline - waitClock.monotonicMs()
        if (rows.length > 0 || left <= 0) return rows.map(claimedJob)
        await sleepUntilNews(seen, Math.min(left, POLL_MS), signal)
      }
      return []
    },

    extend: (job, leaseMs) => extendLease({ job, leaseMs }),
    complete: (job) => completeJob(job),
    retry: (job, { delayMs, countsAsAttempt, reason }) =>
      changed(
        sql.retry,
        now(),
        job.id,
        job.leaseToken,
        delayMs,
        countsAsAttempt ? 0 : 1,
        storableText(reason),
      ),
    bury: (job, reason) => changed(sql.bury, now(), job.id, job.leaseToken, storableText(reason)),

    depth: async () => {
      const [row] = await database.run(sql.depth, now())
      return row ?? { ready: 0, delayed: 0, leased: 0, deadLetters: 0, oldestReadyMs: 0 }
    },

    deadLetters: async (limit) => (await database.run(sql.deadLetters, limit)).map(deadLetter),
    replay: (id) => changed(sql.replay, now(), id),
    discard: (id) => changed(sql.discard, id),

    close: async () => {
      closing.abort()
      wakeAll()
      const stopListening = await listening
      await stopListening?.()
    },
  }
}

const idsOf = (jobs: readonly ClaimedJob[]): string[] => jobs.map(({ id }) => id)
const tokensOf = (jobs: readonly ClaimedJob[]): string[] => jobs.map(({ leaseToken }) => leaseToken)

function whetherHeld(jobs: readonly ClaimedJob[], held: readonly sql.HeldRow[]): readonly boolean[] {
  const tokens = new Set(held.map(({ leaseToken }) => leaseToken))
  return jobs.map(({ leaseToken }) => tokens.delete(leaseToken)) // only the first of two calls for one lease
}

function claimedJob(row: sql.ClaimedRow): ClaimedJob {
  return { ...row, id: row.id as JobId } // it was one when it was enqueued
}

function deadLetter(row: sql.DeadLetterRow): DeadLetter {
  return { ...row, id: row.id as JobId } // it was one when it was enqueued
}
