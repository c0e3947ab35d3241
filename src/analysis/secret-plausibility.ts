/**
 * Words that stand where a secret will stand later, and values that are computed. A placeholder is never replaced, so
 * that a reviewer still sees what the code says.
 */
const placeholder =
  /^(?:.{0,3}|(?:my|the|your|some|a|an|old|new|default|user|admin|root|db|database)?[-_ .]?(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_ ]?key|key|credentials?)[-_ ]?(?:here|value|field|name|key|id)?|postgres|admin|root|guest|none|null|undefined|true|false|string|required|optional|unknown|n\/a)$|example|sample|change[-_ ]?(?:me|it|this)|replace|placeholder|dummy|fake|redacted|removed|insert|fill[-_ ]?in|todo|your[-_ ]|<[^>]*>|\.\.\.|…|\*{3}|x{4,}|(.)\1{5,}|^(?:foo|bar|baz|test|abc|asdf|qwerty)[\w-]{0,8}$|0123456|1234567|abcdefg/i

/** Values that the program fills in: templates, environment variables, paths into an object, calls. */
const computed =
  /\$\{|\{\{|#\{|\$\(|%[sd(]|\{\d*\}|\{[a-z_][\w.]*\}|process\.env|os\.environ|getenv|^[$%@&]|secretKeyRef|^vault:|^ref\+/i

export function isPlaceholder(value: string): boolean {
  return placeholder.test(value) || computed.test(value)
}

const identifier = /^(?:[a-z]+(?:[A-Z][a-z]+)*|[A-Za-z]+(?:[._:/ -][A-Za-z]+)*)[.:]?$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a person chose it as a password: no word, label, key of a translation, path or address. */
export function looksLikePassword(value: string): boolean {
  if (value.length < 6 || value.length > 128 || /\s/.test(value)) return false
  if (identifier.test(value) || /^(?:https?:|\.{0,2}\/|#[\w-]+$|\.[a-z])/.test(value) || uuid.test(value))
    return false
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9\s]/].filter((characters) => characters.test(value))
  return classes.length >= 2 && /[A-Za-z]/.test(value) && /[\d!@#$%^&*+=?~]/.test(value)
}

/** Whether it is random enough for a generated key. Ids (UUIDs) and names are not. */
export function looksLikeKey(value: string): boolean {
  if (value.length < 16 || /\s/.test(value) || uuid.test(value) || identifier.test(value)) return false
  if (/^(?:https?:|\.{0,2}\/|[a-z-]+\/[a-z-]+)/i.test(value)) return false
  return /\d/.test(value) && /[A-Za-z]/.test(value) && entropyBits(value) >= 3
}

/** Shannon entropy per character, in bits: English words have about 2.5, 32 random hex digits about 3.6. */
export function entropyBits(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce((bits, count) => {
    const share = count / value.length
    return bits - share * Math.log2(share)
  }, 0)
}
