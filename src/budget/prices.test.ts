import { describe, expect, test } from 'vitest'
import type { Usage } from '../llm/model.ts'
import { formatMoney, microDollars } from './money.ts'
import { ownPrices, withOwnPrices } from './own-prices.ts'
import { createListPrices } from './prices.genai-prices.ts'

const million: Usage = { inputTokens: 1_000_000, cachedInputTokens: 0, outputTokens: 0 }
const summer = new Date('2026-07-01T12:00:00Z')

describe('the list of prices', () => {
  const list = createListPrices(
    new Map([
      ['openai-compatible/deepseek-chat', 'https://api.deepseek.com/v1'],
      ['openai-compatible/gpt-4o', 'http://127.0.0.1:11434/v1'],
    ]),
  )

  test('knows what OpenAI and Anthropic publish, per million tokens', () => {
    expect(list.costOf('openai/gpt-4o', million, summer)).toBe(2_500_000)
    expect(list.costOf('anthropic/claude-sonnet-4-5', { ...million, inputTokens: 100_000 }, summer)).toBe(
      300_000,
    )
    const written = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 10_000 }
    expect(list.costOf('anthropic/claude-sonnet-4-5', written, summer)).toBe(150_000)
  })

  test('counts cached input at its discount: a tenth at Anthropic, half for gpt-4o', () => {
    const cached = { inputTokens: 100_000, cachedInputTokens: 100_000, outputTokens: 0 }
    expect(list.costOf('anthropic/claude-sonnet-4-5', cached, summer)).toBe(30_000)
    expect(list.costOf('openai/gpt-4o', cached, summer)).toBe(125_000)
  })

  test('counts what Anthropic puts into its cache with its surcharge of a quarter, beside what it reads there', () => {
    const usage = {
      inputTokens: 100_000,
      cachedInputTokens: 40_000,
      cacheWriteInputTokens: 40_000,
      outputTokens: 0,
    }
    // At 3 dollars a million: 20,000 as they are, 40,000 for a tenth, 40,000 for five quarters.
    expect(list.costOf('anthropic/claude-sonnet-4-5', usage, summer)).toBe(60_000 + 12_000 + 150_000)
    expect(list.costOf('openai/gpt-4o', usage, summer)).toBe(60_000 * 2.5 + 40_000 * 1.25)
  })

  test('knows a compatible server by its address, not by the name of its model', () => {
    expect(list.costOf('openai-compatible/deepseek-chat', million, summer)).toBeGreaterThan(0)
    expect(list.costOf('openai-compatible/gpt-4o', million, summer)).toBeUndefined()
    expect(list.costOf('openai-compatible/deepseek-reasoner', million, summer)).toBeUndefined()
  })

  test('says of a model that it does not know that the price is not known', () => {
    expect(list.costOf('openai/nobody-made-this', million, summer)).toBeUndefined()
  })
})

describe('prices of one’s own', () => {
  const prices = withOwnPrices(
    createListPrices(),
    ownPrices.parse([
      { model: 'openai/gpt-4o', from: '2026-06-01', input: 2, output: 8 },
      { model: 'openai/gpt-4o', from: '2026-09-01', input: 1, cachedInput: 0.25, output: 4 },
      { model: 'openai-compatible/qwen3-coder', from: '2020-01-01', input: 0, output: 0 },
      { model: 'anthropic/own', from: '2020-01-01', input: 3, cacheWrite: 4, output: 15 },
    ]),
  )
  const usage = { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 100 }
  const costOn = (day: string) => prices.costOf('openai/gpt-4o', usage, new Date(day))

  test('hold from their day on, until the next entry of the model', () => {
    expect(costOn('2026-05-31T23:59:59Z')).toBe(600 * 2.5 + 400 * 1.25 + 100 * 10)
    expect(costOn('2026-06-01T00:00:00Z')).toBe(1_000 * 2 + 100 * 8)
    expect(costOn('2026-12-24T00:00:00Z')).toBe(600 * 1 + 400 * 0.25 + 100 * 4)
  })

  test('what goes into the cache costs as other input, or what is said of it', () => {
    const written = { ...usage, cacheWriteInputTokens: 500 }
    const at = new Date('2026-12-24T00:00:00Z')
    expect(prices.costOf('openai/gpt-4o', written, at)).toBe(costOn('2026-12-24T00:00:00Z'))
    expect(prices.costOf('anthropic/own', written, at)).toBe(100 * 3 + 400 * 3 + 500 * 4 + 100 * 15)
  })

  test('a model at home may cost nothing, which is something else than not to be known', () => {
    expect(prices.costOf('openai-compatible/qwen3-coder', usage, summer)).toBe(0)
    expect(prices.costOf('openai-compatible/other', usage, summer)).toBeUndefined()
  })

  test.each([
    [{ model: 'gpt-4o' }, 'is not provider/model'],
    [{ from: 'June' }, 'is no date such as 2026-11-01'],
    [{ input: -1 }, 'is negative'],
    [{ output: 1e9 }, 'is above'],
    [{ inptu: 3 }, 'inptu'],
  ])('%j is refused', (part, problem) => {
    const entry = { model: 'openai/gpt-4o', from: '2026-06-01', input: 2, output: 8, ...part }
    expect(ownPrices.safeParse([entry]).error?.message).toContain(problem)
  })

  test('two entries of one model and one day are refused: nobody could say which holds', () => {
    const entry = { model: 'openai/gpt-4o', from: '2026-06-01', input: 2, output: 8 }
    expect(ownPrices.safeParse([entry, entry]).error?.message).toContain('is there twice')
  })
})

test('money is whole micro-dollars, rounded up, and never negative', () => {
  expect(microDollars(0.0001)).toBe(1)
  expect(microDollars(3 * 0.1 * 10)).toBe(3)
  expect(microDollars(0)).toBe(0)
  for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => microDollars(wrong)).toThrow('is no amount of money')
  }
})

test.each([
  [0, '$0.00'],
  [1, '$0.000001'],
  [12_345, '$0.012'],
  [500_000, '$0.50'],
  [1_234_567, '$1.23'],
])('%d micro-dollars are written %s', (amount, text) => {
  expect(formatMoney(microDollars(amount))).toBe(text)
})
