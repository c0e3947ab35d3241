import { z } from 'zod'

/** The form in which a model asks for a tool. What a tool does not take is null: strict modes want every key. */
export const toolCall = z.object({
  tool: z.enum(['read_range', 'search', 'list']),
  path: z.string().nullable().describe('read_range: a file; list: a folder, "" for the root; search: null'),
  from: z.number().nullable().describe('read_range: the first line, counted from 1; else null'),
  to: z.number().nullable().describe('read_range: the last line; else null'),
  text: z.string().nullable().describe('search: whole words that stand together in one line; else null'),
  glob: z
    .string()
    .nullable()
    .describe('search: a pattern that paths must match, such as src/**/*.ts, or null'),
  why: z.string().describe('What the answer will decide, in a few words'),
})

/** A question to the files of the head. Nothing that can be asked changes anything. */
export type ToolCall =
  | { readonly tool: 'read_range'; readonly path: string; readonly from: number; readonly to: number }
  | { readonly tool: 'search'; readonly text: string; readonly glob?: string }
  | { readonly tool: 'list'; readonly path: string }

export type ReadToolCall =
  | { readonly kind: 'call'; readonly call: ToolCall; readonly why: string }
  /** It was asked for in a way that means nothing. `problem` tells the model how to mend it. */
  | { readonly kind: 'wrong'; readonly said: string; readonly problem: string }

/** Lines of one `read_range`, where no last line is named and at most. */
export const MOST_LINES = 200
const LONGEST_SOUGHT = 200
const LONGEST_PATH = 4_096
const LONGEST_WHY = 200
/** Of what was said wrongly, in characters: enough to be recognised. */
const LONGEST_ECHO = 200

const word = (value: unknown): unknown => (typeof value === 'string' ? value.trim().toLowerCase() : value)
const line = z.coerce.number().int().positive().nullish().catch(null)
const text = z.string().nullish().catch(null)

/** What we read is looser than what we ask for: numbers as text, missing members. */
const looseCall = z.object({
  tool: z.preprocess(word, toolCall.shape.tool),
  path: text,
  from: line,
  to: line,
  text,
  glob: text,
  why: text,
})

/** Reads one entry of a list of calls; whatever it is, something comes back. */
export function readToolCall(entry: unknown): ReadToolCall {
  const said = (JSON.stringify(entry) ?? 'nothing').slice(0, LONGEST_ECHO)
  const read = looseCall.safeParse(entry)
  if (!read.success) return { kind: 'wrong', said, problem: 'tool must be read_range, search or list' }
  const { tool, path, from, to, text: sought, glob, why } = read.data
  const wrong = (problem: string): ReadToolCall => ({ kind: 'wrong', said, problem })
  const right = (call: ToolCall): ReadToolCall => ({
    kind: 'call',
    call,
    why: (why ?? '').trim().slice(0, LONGEST_WHY),
  })
  switch (tool) {
    case 'read_range': {
      const file = treePath(path ?? '')
      if (file === undefined || file === '') return wrong(`path: ${PATHS}`)
      const first = from ?? 1
      const last = to ?? first + MOST_LINES - 1
      if (last < first) return wrong('to must not be before from')
      return right({ tool, path: file, from: first, to: last })
    }
    case 'search': {
      const wanted = (sought ?? '').trim()
      const pattern = (glob ?? '').trim()
      if (!/\w/.test(wanted) || /[\n\r\0]/.test(wanted) || wanted.length > LONGEST_SOUGHT) {
        return wrong(`text must be words of one line, at most ${LONGEST_SOUGHT} characters`)
      }
      if (pattern.length > LONGEST_SOUGHT) return wrong(`glob must have at most ${LONGEST_SOUGHT} characters`)
      return right({ tool, text: wanted, ...(pattern !== '' && { glob: pattern }) })
    }
    case 'list': {
      const folder = treePath(path ?? '')
      return folder === undefined ? wrong(`path: ${PATHS}`) : right({ tool, path: folder })
    }
  }
}

const PATHS = 'it must be relative to the root of the repository, with / between names, and stay inside of it'

/** A path as the tree spells it; undefined for one that leads out of the repository, or is none. */
function treePath(said: string): string | undefined {
  const path = said
    .trim()
    .replace(/^(?:\.\/)+/, '')
    .replace(/\/+$/, '')
  if (path === '' || path === '.') return said.trim().startsWith('/') ? undefined : ''
  if (path.length > LONGEST_PATH) return undefined
  const isInside = !path.includes('\0') && !path.split('/').some((name) => ['', '.', '..'].includes(name))
  return isInside ? path : undefined
}
