import { calcPrice } from '@pydantic/genai-prices'
import { microDollars } from './money.ts'
import type { Prices } from './prices.ts'

/**
 * The prices of the table that comes with `@pydantic/genai-prices`: list prices, as of its release. A compatible server is
 * known by its address (`baseUrls`, by `provider/model`): a model of a known name at home costs what nobody but its owner
 * can tell.
 */
export function createListPrices(baseUrls: ReadonlyMap<string, string> = new Map()): Prices {
  return {
    costOf: (id, { inputTokens, cachedInputTokens, cacheWriteInputTokens = 0, outputTokens }, at) => {
      const [provider = '', ...name] = id.split('/')
      const baseUrl = baseUrls.get(id)
      if (provider === 'openai-compatible' && baseUrl === undefined) return undefined
      const usage = {
        input_tokens: inputTokens,
        cache_read_tokens: cachedInputTokens,
        cache_write_tokens: cacheWriteInputTokens,
        output_tokens: outputTokens,
      }
      const seller =
        provider === 'openai-compatible' && baseUrl !== undefined
          ? { providerApiUrl: baseUrl }
          : { providerId: provider }
      const price = calcPrice(usage, name.join('/'), { ...seller, timestamp: at })
      return price ? microDollars(price.total_price * 1_000_000) : undefined
    },
  }
}
