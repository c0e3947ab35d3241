import { z } from 'zod'
import type { Redis } from './redis.ts'

/** What speaks against keeping the queue on this Redis, for people. */
export interface RedisCheck {
  /** Jobs would be lost or refused: do not start, and be not ready. */
  readonly problems: readonly string[]
  /** Worth a loud warning: the reconciler would have to bring back what is lost. */
  readonly warnings: readonly string[]
}

/** Asks the server with INFO, which managed servers allow too, where they forbid CONFIG. Throws when Redis is away. */
export async function checkRedis(redis: Redis): Promise<RedisCheck> {
  return judgeInfo(z.string().parse(await redis.send(['INFO'])))
}

function judgeInfo(info: string): RedisCheck {
  const facts = new Map(info.split('\r\n').map((line) => splitAt(line, line.indexOf(':'))))
  const problems: string[] = []
  const warnings: string[] = []

  const version = facts.get('redis_version') ?? 'unknown'
  if (!(Number.parseInt(version, 10) >= 7)) problems.push(`Redis 7 or newer is needed, this is ${version}`)

  if (facts.get('role') === 'slave')
    problems.push('this is a replica, which takes no writes: name the primary')

  if (facts.get('redis_mode') === 'sentinel') {
    problems.push('this is a Sentinel, which keeps no jobs: name an address that leads to the primary')
  }
  if (facts.get('redis_mode') === 'cluster') {
    warnings.push(
      'this is a node of a cluster: all keys of the queue are on one node, and nothing leads there from another',
    )
  }

  const policy = facts.get('maxmemory_policy') ?? 'unknown'
  // Jobs never expire, so that the policies for volatile keys leave them alone. Cached answers do: those go first.
  if (policy.startsWith('allkeys-')) {
    if (facts.get('maxmemory') === '0') {
      warnings.push(
        `maxmemory-policy is ${policy}: once maxmemory is set, jobs will be evicted; set noeviction`,
      )
    } else {
      problems.push(`maxmemory-policy is ${policy}, which evicts jobs; set noeviction`)
    }
  }

  if (facts.get('aof_last_write_status') === 'err') {
    problems.push('Redis could not write its append-only file, so it refuses jobs: look at its disk')
  }
  if (facts.get('rdb_last_bgsave_status') === 'err') {
    warnings.push(
      'Redis could not write its last snapshot; by default it refuses jobs then: look at its disk',
    )
  }
  if (facts.get('aof_enabled') === '0') {
    warnings.push('appendonly is off: a restart of Redis loses jobs that came after its last snapshot')
  }
  return { problems, warnings }
}

function splitAt(line: string, colon: number): readonly [string, string] {
  return [line.slice(0, Math.max(0, colon)), line.slice(colon + 1)]
}
