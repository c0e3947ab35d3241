import { systemClock } from '../base/clock.ts'
import type { Config } from '../config.ts'
import { openPrices } from './models.ts'

const ONE_TOKEN = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 } as const

/** The same settings, with a warning when caps in money are set and cannot hold: for a model whose price is not known. */
export function withPriceWarning(config: Config): Config {
  const { llm, spending, warnings } = config
  const isCapped = Object.values(spending.caps).some(({ money }) => money !== undefined)
  if (!llm || !isCapped) return config
  const prices = openPrices(config)
  const unknown = [llm, ...(llm.fallbacks ?? [])]
    .map(({ provider, model }) => `${provider}/${model}`)
    .filter((id) => prices.costOf(id, ONE_TOKEN, systemClock.now()) === undefined)
  if (unknown.length === 0) return config
  const warning =
    `the price of ${unknown.join(' and ')} is not known, so caps in money count it as nothing: ` +
    'name it in LLM_PRICES_FILE, or set caps in tokens'
  return { ...config, warnings: [...warnings, warning] }
}
