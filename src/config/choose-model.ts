import type { SettingFault } from './config-error.ts'
import type { SettingName, SettingValues } from './settings.ts'

export interface ModelConfig {
  /** `provider/model`. */
  readonly model: string
  /** Servers of one's own may want none. */
  readonly apiKey?: string
  /** Undefined for the provider's own address. */
  readonly baseUrl?: string
  readonly timeoutMs: number
}

type ModelSettings = Pick<
  SettingValues,
  'LLM_MODEL' | 'LLM_BASE_URL' | 'LLM_TIMEOUT' | 'OPENAI_API_KEY' | 'ANTHROPIC_API_KEY'
>

/** Providers that are asked at their own address with a key of their own. */
const providers = {
  openai: { key: 'OPENAI_API_KEY', model: 'openai/gpt-5.6' },
  anthropic: { key: 'ANTHROPIC_API_KEY', model: 'anthropic/claude-sonnet-5-5' },
} as const satisfies Record<string, { key: SettingName; model: string }>

/** The model that the settings choose; undefined when they choose none: then the analysers review alone. */
export function chooseModel(values: ModelSettings): ModelConfig | undefined {
  const model = values.LLM_MODEL ?? defaultModel(values)
  if (!model) return undefined
  const provider = providerOf(model)
  const apiKey = provider ? values[provider.key] : values.OPENAI_API_KEY
  return {
    model,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(values.LLM_BASE_URL === undefined ? {} : { baseUrl: values.LLM_BASE_URL }),
    timeoutMs: values.LLM_TIMEOUT,
  }
}

/** What is wrong with the model's settings together. `present` names the settings that are set, rightly or wrongly. */
export function modelFaults(
  values: Partial<ModelSettings>,
  present: ReadonlySet<SettingName>,
): SettingFault[] {
  const name = values.LLM_MODEL
  if (name === undefined) {
    if (present.has('LLM_MODEL')) return []
    const keys = Object.values(providers).filter(({ key }) => present.has(key))
    if (keys.length > 1) {
      const expected = `the model to ask, such as ${keys.map(({ model }) => model).join(' or ')}`
      return [
        { setting: 'LLM_MODEL', problem: 'is missing although the keys of two providers are set', expected },
      ]
    }
    if (keys.length === 0 && present.has('LLM_BASE_URL')) {
      const expected = 'the model to ask there, such as openai-compatible/qwen3-coder'
      return [{ setting: 'LLM_MODEL', problem: 'is missing although LLM_BASE_URL is set', expected }]
    }
    return []
  }
  const provider = providerOf(name)
  if (!provider && !present.has('LLM_BASE_URL')) {
    const expected = 'the address of the server that LLM_MODEL is on'
    return [{ setting: 'LLM_BASE_URL', problem: 'is missing although LLM_MODEL needs it', expected }]
  }
  if (provider && !present.has(provider.key)) {
    return [
      { setting: provider.key, problem: 'is missing although LLM_MODEL needs it', expected: 'the API key' },
    ]
  }
  return []
}

function defaultModel(values: ModelSettings): string | undefined {
  return Object.values(providers).find(({ key }) => values[key] !== undefined)?.model
}

function providerOf(model: string): (typeof providers)[keyof typeof providers] | undefined {
  const name = model.slice(0, model.indexOf('/'))
  return name in providers ? providers[name as keyof typeof providers] : undefined // just checked
}
