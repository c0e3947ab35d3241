import { queueScript } from './queue-lua.redis.ts'

/** Ends a lease and takes the job out of the stream. Nil when the lease is no longer held, or the job is gone. */
const SETTLE = `
local function settle(token)
  if redis.call('ZREM', leases, token) == 0 then return nil end
  local entry, claims = parse(token)
  local job = find(jobs, entry)
  drop(entry)
  if job then job.attempts = job.attempts + claims end
  return job
end
`

/** Args: now, then token and lease in milliseconds of each job. Reply: 1 or 0 for each. */
export const extend = queueScript(
  'queue-extend',
  `
local now = time(ARGV[1])

local function keep(token, lease_ms)
  if redis.call('ZREM', leases, token) == 0 then return 0 end
  local entry = parse(token)
  local pending = redis.pcall('XPENDING', jobs, GROUP, entry, entry, 1)[1]
  if not pending then return 0 end
  redis.call('ZADD', leases, now + lease_ms, token)
  -- Keeps the entry from looking abandoned to the sweep.
  redis.call('XCLAIM', jobs, GROUP, pending[2], 0, entry, 'JUSTID')
  return 1
end

local held = {}
for i = 2, #ARGV, 2 do table.insert(held, keep(ARGV[i], tonumber(ARGV[i + 1]))) end
return held
`,
)

/** Args: id and token of each job. Reply: 1 or 0 for each. */
export const complete = queueScript(
  'queue-complete',
  `
local done = {}
for i = 1, #ARGV, 2 do
  local id, token = ARGV[i], ARGV[i + 1]
  local held = redis.call('ZREM', leases, token)
  if held == 1 then
    local entry = parse(token)
    drop(entry)
    if redis.call('HGET', ids, id) == 'w' .. entry then redis.call('HDEL', ids, id) end
  end
  table.insert(done, held)
end
return done
`,
)

/**
 * Args: now, token, delay in milliseconds, attempts to take back, reason.
 * Reply: 1 or 0, then milliseconds until the first delayed job is due (or -1).
 */
export const retry = queueScript(
  'queue-retry',
  `${SETTLE}
local now, delay_ms = time(ARGV[1]), tonumber(ARGV[3])
local job = settle(ARGV[2])
if not job then return { 0, -1 } end
job.attempts, job.reason = job.attempts - ARGV[4], ARGV[5]
if delay_ms > 0 then delay(job, now + delay_ms) else add(job, now) end
return { 1, first_due(delayed, now) }
`,
)

/** Args: now, token, reason. Reply: 1 or 0. */
export const bury = queueScript(
  'queue-bury',
  `${SETTLE}
local job = settle(ARGV[2])
if not job then return 0 end
local entry = redis.call('XADD', dead, '*', 'id', job.id, 'kind', job.kind, 'payload', job.payload,
  'enqueued', job.enqueued, 'attempts', job.attempts, 'reason', ARGV[3], 'buried', time(ARGV[1]))
redis.call('HSET', ids, job.id, 'x' .. entry)
return 1
`,
)
