import { z } from 'zod'
import { parseJson } from '../base/json.ts'

/** What a provider says of an error. */
export interface Refusal {
  /** For people; empty when the body says nothing. */
  readonly words: string
  /** For programs: type and code, as far as they are there. */
  readonly codes: readonly string[]
}

const fields = z
  .object({ message: z.string(), type: z.string(), code: z.union([z.string(), z.number()]) })
  .partial()

const refusalBody = z.union([
  // OpenAI, Anthropic, and most others.
  z.object({ error: fields }).transform(({ error }) => error),
  // Ollama.
  z.object({ error: z.string() }).transform(({ error }): z.infer<typeof fields> => ({ message: error })),
  // Older vLLM.
  fields,
])

/** Reads the body of an error in any of the forms in use, as text or parsed; says nothing of HTML and worse. */
export function readRefusal(body: unknown): Refusal {
  const read = refusalBody.safeParse(typeof body === 'string' ? parseJson(body) : body)
  if (!read.success) return { words: '', codes: [] }
  const { message = '', type, code } = read.data
  return { words: message, codes: [type, code].filter((value) => typeof value === 'string') }
}
