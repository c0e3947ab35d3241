import { PermanentError } from '../base/errors.ts'

/** Who is asked. `openai-compatible` is any server with OpenAI's chat completions: Ollama, vLLM, a gateway. */
export const modelProviders = ['openai', 'anthropic', 'openai-compatible'] as const
export type ModelProvider = (typeof modelProviders)[number]

export interface ModelId {
  readonly provider: ModelProvider
  /** The provider's own name for it; may contain slashes. */
  readonly model: string
}

/** Reads `provider/model`, as in `openai-compatible/qwen/qwen3-coder`. Throws a permanent error that says how to write it. */
export function parseModelId(text: string): ModelId {
  const id = text.trim()
  const slash = id.indexOf('/')
  const provider = modelProviders.find((name) => name === id.slice(0, Math.max(slash, 0)))
  const model = id.slice(slash + 1)
  if (provider && /^[\x21-\x7e]{1,200}$/.test(model)) return { provider, model }
  throw new PermanentError(
    `${JSON.stringify(id.slice(0, 100))} names no model: write provider/model, such as openai/gpt-5.6 ` +
      `or anthropic/claude-sonnet-5-5, with one of the providers ${modelProviders.join(', ')}`,
  )
}
