/**
 * Text of the outside world as PostgreSQL can keep it: NUL characters and lone surrogates, which neither `text` nor
 * `jsonb` take, become U+FFFD. Everything else stays as it is.
 */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD')
}

/** A JSON text for `::jsonb`, with its strings made storable. Keys are ours, and left alone. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'string' ? storableText(member) : member,
  )
}

// With the `u` flag a well-formed pair is one character outside this class.
// oxlint-disable-next-line no-control-regex -- the NUL character is the point
const UNSTORABLE = /[\0\uD800-\uDFFF]/gu
