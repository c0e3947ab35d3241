import { script } from '../redis/redis.ts'

/*
 *   {prefix}:answer:<key>   hash     `entry` and `repository`; expires with the answer
 *   {prefix}:asking:<key>   string   the token of whoever asks the model for it; expires with the lease
 *
 * Both have a time to live, so a server with `volatile-lru` gives up answers before it refuses jobs. Something of another
 * type under such a name is treated as an entry that cannot be read.
 */

/** Keys: answer, asking. Args: token, lease in ms. Reply: the entry in a list; 1 for the lease; 0 when it is taken. */
export const take = script(
  'answers-take',
  `
local kept = redis.pcall('HGET', KEYS[1], 'entry')
if type(kept) == 'table' then return { '' } end
if kept then return { kept } end
return redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
`,
)

/** Keys: asking. Args: token, lease in ms. Reply: 1 or 0. */
export const extend = script(
  'answers-extend',
  `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`,
)

/** Keys: answer, asking. Args: token, entry, repository, time to live in ms. */
export const keep = script(
  'answers-keep',
  `
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'entry', ARGV[2], 'repository', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1
`,
)

/** Keys: asking. Args: token. */
export const giveUp = script(
  'answers-give-up',
  `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`,
)

/** Keys: answer. Args: entry. */
export const remove = script(
  'answers-remove',
  `
local kept = redis.pcall('HGET', KEYS[1], 'entry')
if type(kept) == 'table' or kept == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`,
)

/** Keys: answers. Reply: how many there are, and the bytes of their entries. */
export const measure = script(
  'answers-measure',
  `
local entries, bytes = 0, 0
for _, key in ipairs(KEYS) do
  local length = redis.pcall('HSTRLEN', key, 'entry')
  if type(length) == 'number' and length > 0 then entries, bytes = entries + 1, bytes + length end
end
return { entries, bytes }
`,
)

/** Keys: answers. Args: a repository, or nothing for all. Reply: how many were removed. */
export const purge = script(
  'answers-purge',
  `
local removed = 0
for _, key in ipairs(KEYS) do
  local repository = ARGV[1] and redis.pcall('HGET', key, 'repository')
  if repository == ARGV[1] then removed = removed + redis.call('UNLINK', key) end
end
return removed
`,
)
