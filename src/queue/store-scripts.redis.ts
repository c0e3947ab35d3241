import { queueScript } from './queue-lua.redis.ts'

/**
 * Args: now, then id, kind, payload and not-before (or nothing) of each job.
 * Reply: milliseconds until the first delayed job is due (or -1), then 1 or 0 for each job: was it new?
 */
export const enqueue = queueScript(
  'queue-enqueue',
  `
local now = time(ARGV[1])

-- An id counts only while its job is there: were a stream evicted or deleted, its jobs could be added again.
local function exists(id)
  local state, place = place_of(id)
  if state == 'w' then return find(jobs, place) end
  if state == 'x' then return find(dead, place) end
  return state == 'd' and redis.call('ZSCORE', delayed, id)
end

local added = {}
for i = 2, #ARGV, 4 do
  local id, at = ARGV[i], tonumber(ARGV[i + 3])
  if exists(id) then
    table.insert(added, 0)
  else
    local job = { id = id, kind = ARGV[i + 1], payload = ARGV[i + 2], enqueued = now, attempts = 0, reason = '' }
    if at and at > now then delay(job, at) else add(job, now) end
    table.insert(added, 1)
  end
end
return { first_due(delayed, now), added }
`,
)

/** Args: now. Reply: ready, delayed, leased, dead letters, age in milliseconds of the oldest that is ready. */
export const depth = queueScript(
  'queue-depth',
  `
local now = time(ARGV[1])
local leased = redis.call('ZCOUNT', leases, '(' .. now, '+inf')
local waiting = redis.call('ZCOUNT', delayed, '(' .. now, '+inf')
local due = redis.call('ZCARD', delayed) - waiting

local oldest = now
for _, times in ipairs({ delayed, leases }) do
  local first = redis.call('ZRANGE', times, 0, 0, 'WITHSCORES')
  if first[2] then oldest = math.min(oldest, first[2]) end
end
local last_read = '-'
for _, facts in ipairs(redis.pcall('XINFO', 'GROUPS', jobs)) do
  local group = to_map(facts)
  if group.name == GROUP then last_read = '(' .. group['last-delivered-id'] end
end
local first = redis.call('XRANGE', jobs, last_read, '+', 'COUNT', 1)[1]
if first then oldest = math.min(oldest, read(first[1], first[2]).ready or now) end

return { redis.call('XLEN', jobs) - leased + due, waiting, leased, redis.call('XLEN', dead), now - oldest }
`,
)

/** Args: now, id. Reply: 1 or 0. */
export const replay = queueScript(
  'queue-replay',
  `
local now = time(ARGV[1])
local state, entry = place_of(ARGV[2])
local job = state == 'x' and find(dead, entry)
if not job then return 0 end
redis.call('XDEL', dead, entry)
job.enqueued, job.attempts, job.reason = now, 0, ''
add(job, now)
return 1
`,
)

/** Args: id. Reply: 1 or 0. */
export const discard = queueScript(
  'queue-discard',
  `
local state, entry = place_of(ARGV[1])
if state ~= 'x' then return 0 end
redis.call('HDEL', ids, ARGV[1])
return redis.call('XDEL', dead, entry)
`,
)
