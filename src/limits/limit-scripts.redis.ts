import { script } from '../redis/redis.ts'
import { LATENESS_MS, SLOW_SPACING_MS } from './rate-limiter.ts'

/*
 *   {prefix}:limits:<key>:places  sorted set  `<number>:<cost>:<sum>` → its time. Numbers count up and have one length, so
 *                                             that places of one time stay in their order; the sum is of the costs of all
 *                                             places so far, this one included, so that the cost of a stretch is a
 *                                             subtraction. A place that was cancelled stays in the sums behind it: they
 *                                             say too much, never too little.
 *   {prefix}:limits:<key>:state   hash        number; paused, slow (until when); owed (cost to charge to the next calls)
 *
 * They share the hash tag of the queue, so that a cluster keeps all that is ours on one node. Both end by themselves when
 * nobody asks.
 */

/** Begins each script: the two keys, and what time it is (a given one, or the server's, in milliseconds). */
const SHARED = `
local places, state = KEYS[1], KEYS[2]
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local function field(name) return tonumber(redis.call('HGET', state, name) or '0') end
local function keep(until_ms)
  local ttl = math.max(1000, math.ceil(until_ms - now))
  for _, key in ipairs(KEYS) do
    if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
  end
end
`

/** Args: now, the place held (or nothing), cost, then for each limit what it is of, its max and its window. */
export const reserve = script(
  'limits-reserve',
  `${SHARED}
local held, asked = ARGV[2], tonumber(ARGV[3])
local paused, slow, owed = field('paused'), field('slow'), field('owed')
local function read(member)
  local cost, sum = string.match(member, '^%d+:(%d+):(%d+)$')
  return tonumber(cost), tonumber(sum)
end

local cost
local held_at = held ~= '' and tonumber(redis.call('ZSCORE', places, held) or '')
if held_at then
  if held_at <= now and now - held_at <= ${LATENESS_MS} and paused <= now then return { held, '0' } end
  cost = read(held)
  redis.call('ZREM', places, held)
end

local longest = 0
for i = 4, #ARGV, 3 do longest = math.max(longest, tonumber(ARGV[i + 2])) end
longest = longest + ${LATENESS_MS}
redis.call('ZREMRANGEBYSCORE', places, '-inf', now - longest)

local count = redis.call('ZCARD', places)
-- Cost, sum and time of the place of a rank, the earliest being 0.
local function place(rank)
  local found = redis.call('ZRANGE', places, rank, rank, 'WITHSCORES')
  local cost, sum = read(found[1])
  return cost, sum, tonumber(found[2])
end
local total, last_at = 0, nil
if count > 0 then
  local _, sum, time = place(count - 1)
  total, last_at = sum, time
end
if not held_at then
  local due = asked + owed
  if owed < 0 then
    -- A credit is worth no more than the places that stand, and ends with them.
    local most = 0
    if count > 0 then
      local first_cost, first_sum = place(0)
      most = total - first_sum + first_cost
    end
    due = asked + math.max(owed, -most)
  end
  cost = math.max(0, due)
  if owed ~= 0 then redis.call('HSET', state, 'owed', due - cost) end
end

local at = math.max(now, paused, last_at or now)
for i = 4, #ARGV, 3 do
  local of, max, window = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  -- The latest place that may not stand in one window with this call.
  local full = -1
  if of == 'calls' then
    full = count - max
  else
    -- Sums grow, so halves find it.
    local room = max - math.min(cost, max)
    local high = count - 1
    while full < high do
      local middle = math.floor((full + high + 1) / 2)
      local its_cost, its_sum = place(middle)
      if total - its_sum + its_cost > room then full = middle else high = middle - 1 end
    end
  end
  if full >= 0 then
    local _, _, time = place(full)
    at = math.max(at, time + window + ${LATENESS_MS})
  end
end
if at < slow and last_at then at = math.max(at, last_at + ${SLOW_SPACING_MS}) end

local number = redis.call('HINCRBY', state, 'number', 1)
local mine = string.format('%015d:%d:%d', number, cost, total + cost)
redis.call('ZADD', places, at, mine)
keep(math.max(at, paused, slow) + longest)
return { mine, tostring(at - now) }
`,
)

/** Args: now, place. */
export const cancel = script('limits-cancel', `${SHARED}redis.call('ZREM', places, ARGV[2])`)

/** Args: now, difference. */
export const settle = script(
  'limits-settle',
  `${SHARED}
redis.call('HINCRBY', state, 'owed', ARGV[2])
keep(now + 3600000)
`,
)

/** Args: now, milliseconds of the pause, and of slowness after it. */
export const pause = script(
  'limits-pause',
  `${SHARED}
local paused = math.max(field('paused'), now + tonumber(ARGV[2]))
local slow = math.max(field('slow'), paused + tonumber(ARGV[3]))
redis.call('HSET', state, 'paused', paused, 'slow', slow)
keep(slow)
`,
)
