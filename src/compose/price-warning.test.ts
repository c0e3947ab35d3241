import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { withPriceWarning } from './price-warning.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-price-warning-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function warnings(env: NodeJS.ProcessEnv): readonly string[] {
  return withPriceWarning(readConfig(env, 'tool')).warnings.filter((warning) => warning.includes('price'))
}
const home = { LLM_MODEL: 'openai-compatible/home', LLM_BASE_URL: 'http://127.0.0.1:11434/v1' }
const openai = { LLM_MODEL: 'openai/gpt-4o', OPENAI_API_KEY: 'sk-test' }

test('a cap in money on a model without a price is worth a warning that says how to mend it', () => {
  expect(warnings({ ...home, CAP_PER_DAY: '5' })).toEqual([
    'the price of openai-compatible/home is not known, so caps in money count it as nothing: name it in LLM_PRICES_FILE, or set caps in tokens',
  ])
})

test('none is where the price is known, where no money is capped, and where no model is asked', () => {
  const file = path.join(folder, 'prices.json')
  writeFileSync(
    file,
    JSON.stringify([{ model: 'openai-compatible/home', from: '2020-01-01', input: 0, output: 0 }]),
  )
  expect(warnings({ ...home, CAP_PER_DAY: '5', LLM_PRICES_FILE: file })).toEqual([])
  expect(warnings({ ...openai, CAP_PER_DAY: '5' })).toEqual([])
  expect(warnings({ ...home, CAP_TOKENS_PER_DAY: '50000' })).toEqual([])
  expect(warnings({ CAP_PER_DAY: '5' })).toEqual([])
})

test('models to fall back on count, too', () => {
  expect(warnings({ ...openai, LLM_FALLBACK_MODELS: 'openai/nobody-made-this', CAP_PER_RUN: '1' })).toEqual([
    expect.stringContaining('the price of openai/nobody-made-this is not known'),
  ])
})
