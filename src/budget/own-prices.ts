import { z } from 'zod'
import { microDollars } from './money.ts'
import type { Prices } from './prices.ts'

/** US dollars for a million tokens. A model at home may cost nothing; none costs more than this. */
const price = z.number().min(0, 'is negative').max(10_000, 'is above $10000 for a million tokens')

const ownPrice = z.strictObject({
  model: z.string().regex(/^[a-z-]+\/\S+$/, 'is not provider/model'),
  /** The day (UTC) from which on it holds, until a later entry of the same model. */
  from: z.iso.date('is no date such as 2026-11-01'),
  input: price,
  /** As `input` when absent. */
  cachedInput: price.optional(),
  /** What the provider puts into its prompt cache. As `input` when absent. */
  cacheWrite: price.optional(),
  output: price,
})

/** The form of the file that `LLM_PRICES_FILE` names. */
export const ownPrices = z
  .array(ownPrice)
  .max(10_000, 'has more than 10000 entries')
  .superRefine((entries, context) => {
    const seen = new Set<string>()
    for (const [index, { model, from }] of entries.entries()) {
      const name = `${model} ${from}`
      if (seen.has(name)) context.addIssue({ code: 'custom', path: [index], message: 'is there twice' })
      seen.add(name)
    }
  })

export type OwnPrice = z.infer<typeof ownPrice>

/** Prices of one's own before those of a list: of a model, the entry that began last holds. */
export function withOwnPrices(list: Prices, own: readonly OwnPrice[]): Prices {
  const newestFirst = own.toSorted((a, b) => (a.from < b.from ? 1 : -1))
  return {
    costOf: (model, usage, at) => {
      const today = at.toISOString().slice(0, 10)
      const entry = newestFirst.find((one) => one.model === model && one.from <= today)
      if (!entry) return list.costOf(model, usage, at)
      const { input, cachedInput = input, cacheWrite = input, output } = entry
      const { inputTokens, cachedInputTokens, cacheWriteInputTokens = 0, outputTokens } = usage
      // Dollars for a million tokens are micro-dollars for one.
      return microDollars(
        (inputTokens - cachedInputTokens - cacheWriteInputTokens) * input +
          cachedInputTokens * cachedInput +
          cacheWriteInputTokens * cacheWrite +
          outputTokens * output,
      )
    },
  }
}
