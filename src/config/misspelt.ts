/** Names that people take for ours, beyond slips of the hand. */
const mistaken: Readonly<Record<string, string>> = {
  GITHUB_APP_PRIVATE_KEY: 'GITHUB_PRIVATE_KEY',
  GITHUB_APP_KEY: 'GITHUB_PRIVATE_KEY',
  GITHUB_PRIVATE_KEY_PATH: 'GITHUB_PRIVATE_KEY',
  GITHUB_PRIVATE_KEY_FILE: 'GITHUB_PRIVATE_KEY',
  GITHUB_SECRET: 'GITHUB_WEBHOOK_SECRET',
  GITHUB_WEBHOOK: 'GITHUB_WEBHOOK_SECRET',
  OPENAI_KEY: 'OPENAI_API_KEY',
  OPENAI_TOKEN: 'OPENAI_API_KEY',
  ANTHROPIC_KEY: 'ANTHROPIC_API_KEY',
  ANTHROPIC_TOKEN: 'ANTHROPIC_API_KEY',
  LLM_URL: 'LLM_BASE_URL',
}

/** Shorter names, such as PORT, have too many innocent neighbours. */
const shortestName = 7

/**
 * The setting that `name` was probably meant to be: another way to write it (case, underscores), at most two letters
 * off, or a name that people often take for it. Undefined for a setting that exists and for what belongs to others.
 */
export function meantSetting(name: string, settings: readonly string[]): string | undefined {
  if (settings.includes(name)) return undefined
  const known = mistaken[name.toUpperCase()]
  if (known) return known
  const plain = (text: string): string => text.toUpperCase().replaceAll(/[_-]/g, '')
  return settings.find(
    (setting) => setting.length >= shortestName && distance(plain(name), plain(setting), 2) <= 2,
  )
}

/** How many letters must be added, removed or changed to make `b` of `a` (Levenshtein); above `limit` only that it is more. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [index, letter] of a.split('').entries()) {
    const next = [index + 1]
    for (const [column, other] of b.split('').entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
