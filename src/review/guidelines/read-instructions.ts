import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { BYTES_PER_TOKEN, estimateTokens } from '../estimate-tokens.ts'
import { INSTRUCTION_TOKENS, type Guideline } from './guideline.ts'

export interface Instructions {
  readonly instructions: readonly Omit<Guideline, 'source'>[]
  /** What is wrong, one by one: it takes nothing along that is right. */
  readonly problems: readonly string[]
}

const paths = z
  .union([z.string(), z.array(z.string())], { error: '`paths` has to be a pattern, or a list of patterns' })
  .transform((one) => (typeof one === 'string' ? [one] : one))
const instruction = z.looseObject(
  {
    paths: paths.optional(),
    text: z
      .string({ error: '`text` has to be there, and a text' })
      .refine((text) => text.trim() !== '', { error: '`text` is empty' })
      .refine((text) => estimateTokens(text.trim()) <= INSTRUCTION_TOKENS, {
        error: `\`text\` is longer than ${Math.floor(INSTRUCTION_TOKENS * BYTES_PER_TOKEN)} bytes`,
      }),
  },
  { error: 'it has to be `text`, and `paths` if it is for some files alone' },
)
const mapping = z.record(z.string(), z.unknown())

/** Reads the `instructions` of `.lorgnette.yml`. Its text is that of a base branch, and still nothing to trust. */
export function readInstructions(text: string): Instructions {
  const parsed = parseYaml(text)
  if ('problem' in parsed) return { instructions: [], problems: [parsed.problem] }
  if (parsed.value === null) return { instructions: [], problems: [] }
  const read = mapping.safeParse(parsed.value)
  if (!read.success)
    return { instructions: [], problems: ['it has to be settings by name: `instructions: …`'] }
  const { instructions: entries = [], ...others } = read.data
  const unknown = unknownNames(others, ['instructions'])
  if (!Array.isArray(entries)) {
    return { instructions: [], problems: [...unknown, '`instructions` has to be a list'] }
  }
  const all = entries.map((entry: unknown, index) => readEntry(entry, `instruction ${index + 1}`))
  return {
    instructions: all.flatMap((one) => one.instructions),
    problems: [...unknown, ...all.flatMap((one) => one.problems)],
  }
}

function readEntry(entry: unknown, name: string): Instructions {
  const read = instruction.safeParse(entry)
  if (!read.success) {
    return { instructions: [], problems: read.error.issues.map(({ message }) => `${name}: ${message}`) }
  }
  const { text, paths, ...others } = read.data
  return {
    instructions: [{ text, ...(paths && { paths }) }],
    problems: unknownNames(others, ['paths', 'text']).map((problem) => `${name}: ${problem}`),
  }
}

const LONGEST_NAME = 40

function unknownNames(others: Readonly<Record<string, unknown>>, known: readonly string[]): string[] {
  const names = known.map((name) => `\`${name}\``).join(' and ')
  return Object.keys(others).map(
    (name) => `\`${name.slice(0, LONGEST_NAME)}\` is not known here, only ${names}`,
  )
}

/** Aliases are refused: a few of them make a text of gigabytes. Messages of the parser would quote the text. */
function parseYaml(text: string): { readonly value: unknown } | { readonly problem: string } {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'silent' })
  const [error] = document.errors
  if (error) return { problem: `it is no YAML (line ${lineCounter.linePos(error.pos[0]).line})` }
  try {
    return { value: document.toJS({ maxAliasCount: 0 }) }
  } catch {
    return { problem: 'its aliases (`*name`) are not read: write out what they stand for' }
  }
}
