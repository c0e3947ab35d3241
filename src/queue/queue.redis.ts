import { systemClock, type MeasuringClock } from '../base/clock.ts'
import { errorMessage } from '../base/errors.ts'
import type { Redis, Script } from '../redis/redis.ts'
import type { Logger } from '../telemetry/logger.ts'
import { promote } from './claim-scripts.redis.ts'
import { createClaimer, LOOK_AGAIN_MS } from './claimer.redis.ts'
import { coalesce } from './coalesce.ts'
import { createDueAlarm } from './due-alarm.redis.ts'
import { queueKeys } from './queue-lua.redis.ts'
import * as replies from './queue-replies.redis.ts'
import type { ClaimedJob, NewJob, Queue } from './queue.ts'
import { bury, complete, extend, retry } from './settle-scripts.redis.ts'
import { depth, discard, enqueue, replay } from './store-scripts.redis.ts'

export interface RedisQueueOptions {
  readonly log: Logger
  /** Letters, digits and `_:.-`: keeps queues that share a Redis apart. */
  readonly prefix: string
  /**
   * Decides what time it is, for tests. Without it the server does: workers on several machines then agree when a lease
   * ends, however wrong their own clocks are.
   */
  readonly clock?: MeasuringClock
}

/** Jobs that one script handles, so that none keeps the server from others for more than a millisecond or two. */
const MAX_BATCH = 200

/**
 * The queue in a Redis stream. The lease token fences: settling a job whose lease ran out still works until another
 * worker has claimed it. Lost jobs come first, then jobs in the order in which they became claimable.
 */
export function openRedisQueue(redis: Redis, { log, prefix, clock }: RedisQueueOptions): Queue {
  const keys = queueKeys(prefix)
  const [dead = ''] = keys.slice(-1)
  const now = (): string => (clock ? String(clock.now().getTime()) : '')
  const run = (script: Script, ...args: readonly string[]): Promise<unknown> => redis.run(script, keys, args)
  const isOne = async (script: Script, ...args: readonly string[]): Promise<boolean> =>
    (await run(script, ...args)) === 1

  const claimer = createClaimer({
    redis,
    run: (script, ...args) => run(script, now(), ...args),
    stream: keys[0],
    maxCount: MAX_BATCH,
    clock: clock ?? systemClock,
    log,
  })

  // Whoever delays a job appends it in time, so that a worker that waits gets it. Should that process die,
  // workers come upon it when they look again.
  const alarm = createDueAlarm(clock ?? systemClock, () => {
    run(promote, now()).then(
      (dueInMs) => alarm.set(replies.readNumber(dueInMs)),
      (error: unknown) => {
        log.debug({ reason: errorMessage(error) }, 'delayed jobs could not be looked at')
        alarm.set(LOOK_AGAIN_MS)
      },
    )
  })

  const addJob = coalesce(MAX_BATCH, async (jobs: readonly (readonly string[])[]) => {
    const { dueInMs, added } = replies.readAdded(await run(enqueue, now(), ...jobs.flat()))
    alarm.set(dueInMs)
    return added
  })

  const completeJob = coalesce(MAX_BATCH, async (jobs: readonly ClaimedJob[]) => {
    const args = jobs.flatMap(({ id, leaseToken }) => [id, leaseToken])
    return replies.readFlags(await run(complete, ...args))
  })

  interface Extension {
    readonly token: string
    readonly leaseMs: number
  }
  const extendLease = coalesce(MAX_BATCH, async (leases: readonly Extension[]) => {
    const args = leases.flatMap(({ token, leaseMs }) => [token, String(leaseMs)])
    return replies.readFlags(await run(extend, now(), ...args))
  })

  return {
    enqueue: async (jobs) => {
      const added = await Promise.all(jobs.map((job) => addJob(enqueueArgs(job))))
      return added.filter(Boolean).length
    },

    claim: (options, signal) => claimer.claim(options, signal),

    extend: ({ leaseToken }, leaseMs) => extendLease({ token: leaseToken, leaseMs }),
    complete: (job) => completeJob(job),
    retry: async (job, { delayMs, countsAsAttempt, reason }) => {
      const reply = await run(
        retry,
        now(),
        job.leaseToken,
        String(delayMs),
        countsAsAttempt ? '0' : '1',
        reason,
      )
      const { given, dueInMs } = replies.readGivenBack(reply)
      alarm.set(dueInMs)
      return given
    },
    bury: (job, reason) => isOne(bury, now(), job.leaseToken, reason),

    depth: async () => replies.readDepth(await run(depth, now())),
    deadLetters: async (limit) =>
      replies.readDeadLetters(await redis.send(['XREVRANGE', dead, '+', '-', 'COUNT', String(limit)])),
    replay: (id) => isOne(replay, now(), id),
    discard: (id) => isOne(discard, id),

    close: async () => {
      alarm.stop()
      await claimer.close()
    },
  }
}

function enqueueArgs({ id, kind, payload, notBefore }: NewJob): readonly string[] {
  return [id, kind, JSON.stringify(payload), notBefore ? String(notBefore.getTime()) : '']
}
