import { script, type Script } from '../redis/redis.ts'

/*
 * Every move of a job is one script, so that a job is never in two places and never in none.
 *
 *   {prefix}:jobs     stream      jobs that may be claimed, and jobs under a lease (pending in the group `workers`)
 *   {prefix}:ids      hash        job id → where it is, which makes enqueueing idempotent:
 *                                   w<entry>  in the stream `jobs`
 *                                   d<packed> waits for its time; the rest of the job is packed here
 *                                   x<entry>  in the stream `dead`
 *   {prefix}:delayed  sorted set  job id → when it may be claimed
 *   {prefix}:leases   sorted set  lease token → when the lease ends
 *   {prefix}:dead     stream      dead letters
 *
 * A lease token is `<entry>:<claims of this entry>:<nonce>`. Who can remove it holds the lease: that is the fence.
 * Entries are deleted one by one when their job is settled; nothing is trimmed by length or age, which could drop
 * work that nobody acknowledged.
 *
 * At maxmemory Redis refuses a script's first write if it may take memory, and none after it. So whoever settles
 * or claims begins with a write that takes none (ZREM, XCLAIM, XREADGROUP): completing, retrying, burying and
 * heartbeats go on, and only new jobs are refused.
 */

/** The consumer group. Its consumers are the workers, by their names. */
export const GROUP = 'workers'

/** The names of a queue's keys. All carry one hash tag, so that a cluster keeps them on one node. */
export function queueKeys(prefix: string): readonly [jobs: string, ...others: string[]] {
  if (!/^[\w:.-]+$/.test(prefix)) throw new TypeError(`not a prefix for keys: ${prefix}`)
  const key = (name: string): string => `{${prefix}}:${name}`
  return [key('jobs'), key('ids'), key('delayed'), key('leases'), key('dead')]
}

/** A script of the queue: it gets all keys, and may use what stands below. */
export function queueScript(name: string, text: string): Script {
  return script(name, SHARED + text)
}

const SHARED = `
local jobs, ids, delayed, leases, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local GROUP = '${GROUP}'

-- Milliseconds since 1970: what the caller says, else what this server says.
local function time(given)
  if given ~= '' then return tonumber(given) end
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

local function to_map(list)
  local map = {}
  for i = 1, #list, 2 do map[list[i]] = list[i + 1] end
  return map
end

-- A stream entry as a job. What is missing (somebody else wrote it) is empty: then its handler refuses it, visibly.
local function read(entry, fields)
  local job = to_map(fields)
  job.entry, job.id, job.kind, job.payload = entry, job.id or '', job.kind or '', job.payload or ''
  job.enqueued, job.attempts, job.reason = job.enqueued or '0', tonumber(job.attempts) or 0, job.reason or ''
  return job
end

local function find(stream, entry)
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  return found and read(entry, found[2])
end

-- Appends a job that may be claimed since the time 'ready'.
local function add(job, ready)
  local entry = redis.call('XADD', jobs, '*', 'id', job.id, 'kind', job.kind, 'payload', job.payload,
    'enqueued', job.enqueued, 'ready', ready, 'attempts', job.attempts, 'reason', job.reason)
  redis.call('HSET', ids, job.id, 'w' .. entry)
end

local function delay(job, at)
  local packed = cmsgpack.pack(job.kind, job.payload, job.enqueued, job.attempts, job.reason)
  redis.call('HSET', ids, job.id, 'd' .. packed)
  redis.call('ZADD', delayed, at, job.id)
end

local function place_of(id)
  local place = redis.call('HGET', ids, id)
  if not place then return '', '' end
  return string.sub(place, 1, 1), string.sub(place, 2)
end

-- Appends the jobs whose time has come. A bounded number, so that nobody else waits for long.
local function promote(now)
  local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'WITHSCORES', 'LIMIT', 0, 100)
  for i = 1, #due, 2 do
    local id, at = due[i], due[i + 1]
    redis.call('ZREM', delayed, id)
    local state, packed = place_of(id)
    if state == 'd' then
      local kind, payload, enqueued, attempts, reason = cmsgpack.unpack(packed)
      local job = { id = id, kind = kind, payload = payload, enqueued = enqueued, attempts = attempts, reason = reason }
      add(job, at)
    end
  end
end

-- Milliseconds until the first member of a sorted set of times is due; -1 when there is none.
local function first_due(times, now)
  local first = redis.call('ZRANGE', times, 0, 0, 'WITHSCORES')
  return first[2] and math.max(0, first[2] - now) or -1
end

local function parse(token)
  local entry, claims, nonce = string.match(token, '^([^:]+):(%d+):(.*)$')
  return entry, tonumber(claims), nonce
end

-- The token of a lease that nobody holds, and that has ended: the entry is there for whoever claims next.
local function unclaimed(entry, claims)
  return entry .. ':' .. claims .. ':'
end

-- Takes an entry that is settled out of the stream.
local function drop(entry)
  redis.call('XACK', jobs, GROUP, entry)
  redis.call('XDEL', jobs, entry)
end
`
