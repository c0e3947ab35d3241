import { parseJson } from '../base/json.ts'
import { endOfGroup } from './read-json-answer.ts'

/**
 * The objects that stand complete in the first list of a JSON answer that was cut off or broken: `{"findings": [{…}, {…`
 * has one. Empty when there is no list. Whoever uses them knows that there may have been more.
 * Takes time in proportion to the text.
 */
export function completeEntries(text: string): readonly unknown[] {
  const [opening] = /\{\s*"[^"]*"\s*:\s*\[|^\s*\[/.exec(text) ?? []
  if (opening === undefined) return []
  const entries: unknown[] = []
  for (let at = text.indexOf(opening) + opening.length; at < text.length;) {
    const start = at + (/^[\s,]*/.exec(text.slice(at, at + MAX_GAP))?.[0].length ?? 0)
    const end = text[start] === '{' ? endOfGroup(text, start) : undefined
    const entry = end === undefined ? undefined : parseJson(text.slice(start, end))
    if (entry === undefined || end === undefined) return entries
    entries.push(entry)
    at = end
  }
  return entries
}

/** White space between two entries; more of it is no answer but noise. */
const MAX_GAP = 1_000
