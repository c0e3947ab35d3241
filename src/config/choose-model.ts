import { parseModelId, type ModelId, type ModelProvider } from '../llm/parse-model-id.ts'
import type { SettingFault } from './config-error.ts'
import type { SettingName, SettingValues } from './settings.ts'

export interface ModelConfig extends ModelId {
  /** Compatible servers may want none. */
  readonly apiKey?: string
  /** Undefined for the provider's own address. */
  readonly baseUrl?: string
  readonly timeoutMs: number
  /** Questions under way at once in one process, to all models of the account together. */
  readonly concurrency: number
  /** Of the account, by all processes together. */
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  /** Whether a compatible server follows a JSON Schema. */
  readonly followsSchema: boolean
  /** Asked in this order while this one cannot be; each without fallbacks of its own. */
  readonly fallbacks?: readonly ModelConfig[]
}

type KeyedProvider = Exclude<ModelProvider, 'openai-compatible'>

/** Providers that want a key of their own, and the model that is asked when nothing but that key is set. */
const providers = {
  openai: { key: 'OPENAI_API_KEY', model: 'openai/gpt-5.6' },
  anthropic: { key: 'ANTHROPIC_API_KEY', model: 'anthropic/claude-sonnet-5-5' },
} as const satisfies Record<KeyedProvider, { key: SettingName; model: string }>

/** The model that the settings choose; undefined when they choose none: then the analysers review alone. */
export function chooseModel(values: SettingValues): ModelConfig | undefined {
  const id = values.LLM_MODEL ?? defaultModel(values)
  if (!id) return undefined
  const first = modelConfig(id, values.LLM_BASE_URL, values)
  const fallbacks = values.LLM_FALLBACK_MODELS?.map((other) =>
    modelConfig(other, fallbackAddress(other, id, values), values),
  )
  return { ...first, ...(fallbacks && { fallbacks }) }
}

/** Undefined for the provider's own address. */
function fallbackAddress(
  { provider }: ModelId,
  first: ModelId,
  { LLM_BASE_URL, LLM_FALLBACK_BASE_URL }: Partial<SettingValues>,
): string | undefined {
  if (provider === 'openai-compatible' && LLM_FALLBACK_BASE_URL !== undefined) return LLM_FALLBACK_BASE_URL
  return provider === first.provider ? LLM_BASE_URL : undefined
}

function modelConfig(id: ModelId, baseUrl: string | undefined, values: SettingValues): ModelConfig {
  const apiKey = values[keySetting(id.provider)]
  return {
    ...id,
    ...(apiKey !== undefined && { apiKey }),
    ...(baseUrl !== undefined && { baseUrl }),
    timeoutMs: values.LLM_TIMEOUT,
    concurrency: values.LLM_CONCURRENCY,
    ...(values.LLM_REQUESTS_PER_MINUTE !== undefined && {
      requestsPerMinute: values.LLM_REQUESTS_PER_MINUTE,
    }),
    ...(values.LLM_TOKENS_PER_MINUTE !== undefined && { tokensPerMinute: values.LLM_TOKENS_PER_MINUTE }),
    followsSchema: values.LLM_FOLLOWS_SCHEMA,
  }
}

/** The model that judges evaluations; undefined when neither it nor one that reviews is chosen. */
export function chooseJudge(values: SettingValues): ModelConfig | undefined {
  const reviewer = chooseModel(values)
  const id = values.EVAL_JUDGE_MODEL
  if (!id) return reviewer
  const apiKey = values.EVAL_JUDGE_API_KEY ?? values[keySetting(id.provider)]
  const baseUrl =
    values.EVAL_JUDGE_BASE_URL ?? (id.provider === reviewer?.provider ? values.LLM_BASE_URL : undefined)
  return {
    ...id,
    ...(apiKey !== undefined && { apiKey }),
    ...(baseUrl !== undefined && { baseUrl }),
    timeoutMs: values.LLM_TIMEOUT,
    concurrency: values.LLM_CONCURRENCY,
    followsSchema: values.LLM_FOLLOWS_SCHEMA,
  }
}

/** What is missing for the judge that the settings name. */
export function judgeFaults(
  { EVAL_JUDGE_MODEL: id, LLM_MODEL: reviewer }: Partial<SettingValues>,
  present: ReadonlySet<SettingName>,
): SettingFault[] {
  if (id === undefined) return []
  const problem = 'is missing although EVAL_JUDGE_MODEL needs it'
  if (id.provider === 'openai-compatible') {
    const shares = reviewer?.provider === id.provider && present.has('LLM_BASE_URL')
    if (present.has('EVAL_JUDGE_BASE_URL') || shares) return []
    return [
      { setting: 'EVAL_JUDGE_BASE_URL', problem, expected: 'the address of the server that the judge is on' },
    ]
  }
  const { key } = providers[id.provider]
  if (present.has('EVAL_JUDGE_API_KEY') || present.has(key)) return []
  return [{ setting: 'EVAL_JUDGE_API_KEY', problem, expected: 'the API key' }]
}

/** What is wrong with the model's settings together. `present` names the settings that are set, rightly or wrongly. */
export function modelFaults(
  values: Partial<SettingValues>,
  present: ReadonlySet<SettingName>,
): SettingFault[] {
  return [...firstFaults(values.LLM_MODEL, present), ...fallbackFaults(values, present)]
}

/** Fallbacks stand behind a model, and each needs its key or its address. */
function fallbackFaults(values: Partial<SettingValues>, present: ReadonlySet<SettingName>): SettingFault[] {
  const fallbacks = values.LLM_FALLBACK_MODELS ?? []
  const first = values.LLM_MODEL
  if (fallbacks.length === 0) return []
  if (!first) {
    const problem = 'is missing although LLM_FALLBACK_MODELS is set'
    return [{ setting: 'LLM_MODEL', problem, expected: 'the model that is asked first' }]
  }
  const keys = new Set(
    fallbacks.flatMap(({ provider }) => (provider === 'openai-compatible' ? [] : [providers[provider].key])),
  )
  const problem = 'is missing although LLM_FALLBACK_MODELS needs it'
  const missing = [...keys].filter((key) => !present.has(key))
  const isLost = fallbacks.some(
    (other) => other.provider === 'openai-compatible' && !fallbackAddress(other, first, values),
  )
  return [
    ...missing.map((setting) => ({ setting, problem, expected: 'the API key' })),
    ...(isLost
      ? [{ setting: 'LLM_FALLBACK_BASE_URL', problem, expected: 'the address of the server' } as const]
      : []),
  ]
}

function firstFaults(id: ModelId | undefined, present: ReadonlySet<SettingName>): SettingFault[] {
  if (!present.has('LLM_MODEL')) return choiceFaults(present)
  if (id === undefined) return []
  const problem = 'is missing although LLM_MODEL needs it'
  if (id.provider === 'openai-compatible') {
    if (present.has('LLM_BASE_URL')) return []
    return [{ setting: 'LLM_BASE_URL', problem, expected: 'the address of the server that LLM_MODEL is on' }]
  }
  const { key } = providers[id.provider]
  return present.has(key) ? [] : [{ setting: key, problem, expected: 'the API key' }]
}

/** Without LLM_MODEL the other settings must leave no doubt. */
function choiceFaults(present: ReadonlySet<SettingName>): SettingFault[] {
  const keyed = Object.values(providers).filter(({ key }) => present.has(key))
  if (keyed.length > 1) {
    const problem = 'is missing although the keys of two providers are set'
    const expected = `the model to ask, such as ${keyed.map(({ model }) => model).join(' or ')}`
    return [{ setting: 'LLM_MODEL', problem, expected }]
  }
  if (keyed.length === 0 && present.has('LLM_BASE_URL')) {
    const expected = 'the model to ask there, such as openai-compatible/qwen3-coder'
    return [{ setting: 'LLM_MODEL', problem: 'is missing although LLM_BASE_URL is set', expected }]
  }
  return []
}

function defaultModel(values: SettingValues): ModelId | undefined {
  const keyed = Object.values(providers).find(({ key }) => values[key] !== undefined)
  return keyed && parseModelId(keyed.model)
}

function keySetting(provider: ModelProvider): 'OPENAI_API_KEY' | 'ANTHROPIC_API_KEY' {
  // Compatible servers are OpenAI's in form, so they get the key of that name when it is set.
  return provider === 'openai-compatible' ? 'OPENAI_API_KEY' : providers[provider].key
}
