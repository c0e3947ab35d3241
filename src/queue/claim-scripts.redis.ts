import { queueScript } from './queue-lua.redis.ts'

/**
 * Args: now, how many, lease in milliseconds, worker, nonce, where to go on sweeping (or nothing), then entries that a
 * blocked read handed to us, not more than how many. Reply: when the leases end, milliseconds until something is due
 * (or -1), where to go on sweeping, and token, attempt, id, kind, payload and time of enqueueing of each job.
 *
 * Lost jobs come first, then the stream in its order.
 */
export const claim = queueScript(
  'queue-claim',
  `
local now, count, lease_ms, worker, nonce = time(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local cursor = ARGV[6]
local claimed = {}

local function take(job, claims)
  local token = job.entry .. ':' .. claims .. ':' .. nonce
  redis.call('ZADD', leases, now + lease_ms, token)
  table.insert(claimed, { token, tostring(job.attempts + claims), job.id, job.kind, job.payload, job.enqueued })
end

-- What a blocked read handed to us, unless it took us so long that another worker has claimed or settled it.
for i = 7, #ARGV do
  local entry = ARGV[i]
  local pending = redis.call('XPENDING', jobs, GROUP, entry, entry, 1)[1]
  if pending and pending[4] == 1 then
    redis.call('ZREM', leases, unclaimed(entry, 0))
    local job = find(jobs, entry)
    if job then take(job, 1) end
  end
end

if cursor ~= '' then
  -- Entries that were handed out a lease ago and have none: whoever read them died before it could take one.
  local swept = redis.call('XAUTOCLAIM', jobs, GROUP, worker, lease_ms, cursor, 'COUNT', 100, 'JUSTID')
  cursor = swept[1]
  if #swept[2] > 0 then
    local held = {}
    for _, token in ipairs(redis.call('ZRANGE', leases, 0, -1)) do held[parse(token)] = true end
    for _, entry in ipairs(swept[2]) do
      if not held[entry] then
        local pending = redis.call('XPENDING', jobs, GROUP, entry, entry, 1)[1]
        redis.call('ZADD', leases, now, unclaimed(entry, pending[4] - 1))
      end
    end
  end
  -- Workers that hold nothing and have long been silent. One that lives after all is made again when it reads.
  for _, facts in ipairs(redis.call('XINFO', 'CONSUMERS', jobs, GROUP)) do
    local consumer = to_map(facts)
    if consumer.pending == 0 and consumer.idle > 10 * lease_ms then
      redis.call('XGROUP', 'DELCONSUMER', jobs, GROUP, consumer.name)
    end
  end
end

-- Jobs whose lease ran out.
for _, token in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, count - #claimed)) do
  redis.call('ZREM', leases, token)
  local entry, claims = parse(token)
  local lost = redis.call('XCLAIM', jobs, GROUP, worker, 0, entry)[1]
  if lost then take(read(lost[1], lost[2]), claims + 1) end
end

promote(now)
if #claimed < count then
  local found = redis.call('XREADGROUP', 'GROUP', GROUP, worker, 'COUNT', count - #claimed, 'STREAMS', jobs, '>')
  for _, entry in ipairs(found and found[1][2] or {}) do take(read(entry[1], entry[2]), 1) end
end

local next_due, next_end = first_due(delayed, now), first_due(leases, now)
if next_due < 0 or (next_end >= 0 and next_end < next_due) then next_due = next_end end
return { now + lease_ms, next_due, cursor, claimed }
`,
)

/**
 * Args: now, then nonces of claims whose reply never came. Gives their jobs back at once, as if they had not been
 * claimed: it was not the job's fault.
 */
export const handBack = queueScript(
  'queue-hand-back',
  `
local now = time(ARGV[1])
local lost = {}
for i = 2, #ARGV do lost[ARGV[i]] = true end
for _, token in ipairs(redis.call('ZRANGE', leases, 0, -1)) do
  local entry, claims, nonce = parse(token)
  if lost[nonce] then
    redis.call('ZREM', leases, token)
    redis.call('ZADD', leases, now, unclaimed(entry, claims - 1))
  end
end
`,
)

/** Args: now. Appends delayed jobs that are due. Reply: milliseconds until the next is, or -1. */
export const promote = queueScript(
  'queue-promote',
  `
local now = time(ARGV[1])
promote(now)
return first_due(delayed, now)
`,
)
