/**
 * Whether a path matches a pattern: `*` and `?` within one name, `**` over any number of folders. A pattern without `/`
 * means a name anywhere. Takes time in proportion to the product of both lengths, whatever the pattern.
 */
export function matchesGlob(path: string, pattern: string): boolean {
  const bare = pattern.replace(/^\.?\//, '')
  if (bare === '') return false
  const whole = bare.includes('/') ? bare : `**/${bare}`
  // A folder means everything in it.
  const parts = (whole.endsWith('/') ? `${whole}**` : whole).split('/')
  return matchesAll(path.split('/'), parts, matchesName, '**')
}

function matchesName(name: string, pattern: string): boolean {
  return matchesAll(
    Array.from(name),
    Array.from(pattern),
    (character, one) => one === '?' || one === character,
    '*',
  )
}

/** Whether items match patterns one by one, where the wildcard stands for any number of items: by dynamic programming. */
function matchesAll(
  items: readonly string[],
  patterns: readonly string[],
  matches: (item: string, pattern: string) => boolean,
  wildcard: string,
): boolean {
  // reached[n]: the patterns so far match the first n items.
  let reached = [true, ...items.map(() => false)]
  for (const pattern of patterns) {
    const next = [pattern === wildcard && reached[0] === true]
    for (const [index, item] of items.entries()) {
      const before = reached[index] === true
      next.push(
        pattern === wildcard
          ? reached[index + 1] === true || next[index] === true
          : before && matches(item, pattern),
      )
    }
    reached = next
  }
  return reached.at(-1) === true
}
