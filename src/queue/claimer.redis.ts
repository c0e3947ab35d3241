import type { MeasuringClock } from '../base/clock.ts'
import { randomIds } from '../base/ids.ts'
import { replyCode } from '../redis/redis-error.ts'
import type { BlockingReader, Redis, Script } from '../redis/redis.ts'
import type { Logger } from '../telemetry/logger.ts'
import { claim, handBack } from './claim-scripts.redis.ts'
import { GROUP } from './queue-lua.redis.ts'
import { readClaimed, readEntryIds, type Claimed } from './queue-replies.redis.ts'
import type { ClaimedJob, ClaimOptions, Queue } from './queue.ts'

export interface ClaimerOptions {
  readonly redis: Redis
  /** Runs a script of the queue; its first argument, the time, is put in. */
  readonly run: (script: Script, ...args: readonly string[]) => Promise<unknown>
  readonly stream: string
  /** Jobs per claim at most, whatever is asked for. */
  readonly maxCount: number
  readonly clock: MeasuringClock
  readonly log: Logger
}

/** A worker that waits looks again this often: for leases that ran out, and delayed jobs whose writer died. */
export const LOOK_AGAIN_MS = 5_000

/**
 * Claims: a script looks for jobs and takes leases on them; when it finds none, a blocked read waits for the next.
 * What such a read hands to us has no lease yet. If we die before the script has taken one, a sweep finds it.
 */
export function createClaimer(options: ClaimerOptions): Pick<Queue, 'claim' | 'close'> {
  const { redis, run, stream, maxCount, clock, log } = options
  const readers = new Set<BlockingReader>()
  const idleReaders: BlockingReader[] = []
  const claims = new Set<Promise<unknown>>()
  /** Claims whose reply never came, by their nonce. */
  const lostClaims = new Set<string>()
  let sweep = { cursor: '0-0', dueAt: -Infinity }
  let hadGroup = false
  const closing = new AbortController()

  async function look({ count, leaseMs, worker }: ClaimOptions, handed: readonly string[]): Promise<Claimed> {
    await giveLostClaimsBack()
    const time = clock.monotonicMs()
    const cursor = time >= sweep.dueAt ? sweep.cursor : ''
    const nonce = randomIds()
    const args = [String(Math.min(count, maxCount)), String(leaseMs), worker, nonce, cursor, ...handed]
    try {
      const claimed = readClaimed(await withGroup(() => run(claim, ...args)))
      if (claimed.cursor !== '') sweep = { cursor: claimed.cursor, dueAt: time + LOOK_AGAIN_MS }
      return claimed
    } catch (error) {
      if (replyCode(error) === undefined) lostClaims.add(nonce)
      throw error
    }
  }

  async function giveLostClaimsBack(): Promise<void> {
    const nonces = [...lostClaims]
    if (nonces.length === 0) return
    await run(handBack, ...nonces)
    for (const nonce of nonces) lostClaims.delete(nonce)
  }

  /** Makes the consumer group when it is missing: at first, and after Redis lost its data. */
  async function withGroup<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (replyCode(error) !== 'NOGROUP') throw error
      if (hadGroup) log.warn({ stream }, 'Redis lost the queue, beginning a new one')
      await redis.send(['XGROUP', 'CREATE', stream, GROUP, '0', 'MKSTREAM']).catch((error: unknown) => {
        if (replyCode(error) !== 'BUSYGROUP') throw error
      })
      hadGroup = true
      return await work()
    }
  }

  /** Entries that came within `blockMs`, handed to us and not under a lease yet. */
  async function waitForEntries(
    { count, worker }: ClaimOptions,
    blockMs: number,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const reader = idleReaders.pop() ?? redis.openReader()
    readers.add(reader)
    const atMost = String(Math.min(count, maxCount))
    const command = ['XREADGROUP', 'GROUP', GROUP, worker, 'COUNT', atMost, 'BLOCK', String(blockMs)]
    const stop = new AbortController()
    const abort = (): void => stop.abort()
    for (const either of [signal, closing.signal]) either.addEventListener('abort', abort)
    try {
      return readEntryIds(await reader.read([...command, 'STREAMS', stream, '>'], blockMs, stop.signal))
    } finally {
      for (const either of [signal, closing.signal]) either.removeEventListener('abort', abort)
      idleReaders.push(reader)
    }
  }

  async function claimNow(options: ClaimOptions, signal: AbortSignal): Promise<readonly ClaimedJob[]> {
    const deadline = clock.monotonicMs() + options.waitMs
    const isOver = (): boolean => closing.signal.aborted || signal.aborted
    let handed: readonly string[] = []
    let failedBefore = false
    // What was handed to us is claimed and returned even after an abort: nobody else could settle it.
    while (handed.length > 0 || !isOver()) {
      const { jobs, dueInMs } = await look(options, handed)
      const left = deadline - clock.monotonicMs()
      if (jobs.length > 0 || left <= 0 || isOver()) return jobs
      const dueMs = dueInMs < 0 ? LOOK_AGAIN_MS : dueInMs
      const blockMs = Math.max(1, Math.ceil(Math.min(left, dueMs, LOOK_AGAIN_MS)))
      try {
        handed = await waitForEntries(options, blockMs, signal)
        failedBefore = false
      } catch (error) {
        // The next look tells whether Redis is there, and makes a missing group: perhaps only this connection was lost.
        if (failedBefore) throw error
        failedBefore = true
        handed = []
      }
    }
    return []
  }

  return {
    claim: (options, signal) => {
      const claim = claimNow(options, signal).finally(() => claims.delete(claim))
      claims.add(claim)
      return claim
    },

    close: async () => {
      closing.abort()
      await Promise.allSettled(claims)
      await Promise.all([...readers].map((reader) => reader.close()))
    },
  }
}
