import { parseJson } from '../base/json.ts'

/**
 * The one JSON object in what a model wrote, whatever stands around it: white space, code fences, prose, the thoughts
 * of a local model. Undefined when there is none, or more than one, or it is broken.
 *
 * It never guesses. A part of a broken answer looks like an answer with fewer findings, so an object inside an array,
 * or inside braces that are not JSON, is not taken for the answer. Takes time in proportion to the text.
 */
export function readJsonAnswer(text: string): Readonly<Record<string, unknown>> | undefined {
  const whole = parseJson(text)
  if (whole !== undefined) return isObject(whole) ? whole : undefined

  const written = text.slice(afterThoughts(text))
  let found: Readonly<Record<string, unknown>> | undefined
  let read = 0
  for (let start = written.indexOf('{'); start !== -1; start = written.indexOf('{', read)) {
    const end = endOfGroup(written, start)
    if (end === undefined) return undefined
    const group = written.slice(start, end)
    // Anything else in braces is prose: a template, a line of code.
    if (/^\{\s*["}]/.test(group)) {
      const isInArray = written.slice(read, start).trimEnd().endsWith('[')
      const value = parseJson(group)
      if (!isObject(value) || isInArray || found) return undefined
      found = value
    }
    read = end
  }
  return found
}

/** Where the answer of a reasoning model begins whose server leaves the thoughts in the text. */
function afterThoughts(text: string): number {
  if (!/^\s*<think>/.test(text)) return 0
  const closing = '</think>'
  const end = text.indexOf(closing)
  return end === -1 ? 0 : end + closing.length
}

/** The index after the brace that closes the one at `start`; braces in strings do not count. */
export function endOfGroup(text: string, start: number): number | undefined {
  let depth = 0
  let inString = false
  for (let index = start; index < text.length; index++) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) return index + 1
  }
  return undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
