import { afterAll, beforeAll, expect, test } from 'vitest'
import { CapturedOutput } from '../../test/captured-output.ts'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import { checkSyntax } from '../analysis/check-syntax.ts'
import { scanSecrets } from '../analysis/secret-scanner.ts'
import { systemClock } from '../base/clock.ts'
import { parseJson } from '../base/json.ts'
import { randomIds } from '../base/ids.ts'
import { collectQuestions } from '../budget/collected-questions.ts'
import { ownPrices, withOwnPrices } from '../budget/own-prices.ts'
import { createListPrices } from '../budget/prices.genai-prices.ts'
import { createReviewChange } from '../review/review-change.ts'
import { defaultReviewSettings, type ReviewSettings } from '../review/review-settings.ts'
import { runEstimate } from './estimate-command.ts'

let project: ScratchRepository

beforeAll(() => {
  project = openScratchRepository()
  project.commit()
  project.git('switch', '--quiet', '--create', 'long', 'main')
  project.write('long.py', Array.from({ length: 800 }, (_, index) => `call(${index})\n`).join(''))
  project.commit()
  project.git('switch', '--quiet', 'main')
  project.git('switch', '--quiet', '--create', 'feature')
  project.write('price.py', 'def price(item):\n    return item.cost * 2\n')
  project.write('cart.py', 'def total(items):\n    return sum(item.cost for item in items)\n')
  project.write('package-lock.json', '{ "lockfileVersion": 3 }\n')
  project.commit()
})
afterAll(() => project.close())

const prices = withOwnPrices(
  createListPrices(),
  ownPrices.parse([{ model: 'openai/priced', from: '2020-01-01', input: 1, output: 1 }]),
)

async function estimate(
  model: string | undefined,
  json: boolean,
  bounds: Partial<Pick<ReviewSettings, 'deepTokens' | 'runTokens'>> = {},
  head = 'feature',
): Promise<string> {
  const settings = { ...defaultReviewSettings, effort: 'deep', ...bounds } as const
  const collected = model === undefined ? undefined : collectQuestions(model)
  const reviewChange = createReviewChange({
    ...(collected && { models: collected.models }),
    analysers: [],
    scanSecrets,
    checkSyntax,
    settings,
    clock: systemClock,
    newId: randomIds,
  })
  const stdout = new CapturedOutput()
  const stderr = new CapturedOutput()
  const source = { kind: 'local', folder: project.folder, base: 'main', head } as const
  const context = {
    open: () => ({ reviewChange, collected, prices, clock: systemClock, bounds: settings }),
    terminal: { stdin: process.stdin, stdout, stderr },
  }
  expect(await runEstimate({ source, json }, context, new AbortController().signal)).toBe(0)
  return stdout.text
}

test('an estimate names units, tokens, money by effort, and what would not be read', async () => {
  const told = parseJson(await estimate('openai/priced', true)) as {
    efforts: { tokens: number; expected_micro_dollars: number; at_most_micro_dollars: number }[]
  }
  expect(told).toMatchObject({
    model: 'openai/priced',
    units: 2,
    efforts: [
      { effort: 'quick', questions: 2 },
      // A second look at what is found in one of them, and a comparison of all claims.
      { effort: 'standard', questions: 4 },
      // Three about the whole, and a second look at what it brings to light.
      { effort: 'deep', questions: 8 },
    ],
    unread: [{ path: 'package-lock.json', reason: 'lock file' }],
  })
  const [quick, standard, deep] = told.efforts
  // At a dollar for a million tokens a token is a micro-dollar.
  expect(quick?.expected_micro_dollars).toBe(quick?.tokens)
  expect(quick?.at_most_micro_dollars).toBeGreaterThan(quick?.expected_micro_dollars ?? 0)
  expect(standard?.expected_micro_dollars).toBeGreaterThan(quick?.expected_micro_dollars ?? 0)
  expect(deep?.expected_micro_dollars).toBeGreaterThan(standard?.expected_micro_dollars ?? 0)
})

test('the most that a deep review costs grows with what it may ask', async () => {
  const atMost = async (deepTokens: number): Promise<number> => {
    const { efforts } = parseJson(await estimate('openai/priced', true, { deepTokens })) as {
      efforts: { at_most_micro_dollars: number }[]
    }
    return efforts.at(-1)?.at_most_micro_dollars ?? 0
  }
  // At a dollar for a million tokens, and a token for each byte: 3.5 of them in an estimated token.
  expect((await atMost(200_000)) - (await atMost(100_000))).toBeCloseTo(350_000, -2)
})

test('a file of which only a part would be asked about is named with the reason', async () => {
  const told = parseJson(await estimate('openai/priced', true, { runTokens: 2_000 }, 'long')) as {
    units: number
    unread: readonly object[]
  }
  expect(told.units).toBeGreaterThan(0)
  expect(told.unread).toEqual([{ path: 'long.py', reason: 'over the budget of one run' }])
})

test('a model without a price has an estimate in tokens, and no cost', async () => {
  const text = await estimate('openai-compatible/at-home', false)
  expect(text).toContain('2 units for openai-compatible/at-home')
  expect(text).toMatch(/^quick +2 +about \d+ +unknown +unknown$/m)
  expect(text).toContain('LLM_PRICES_FILE')
  expect(text).toContain('package-lock.json')
})

test('without a model there is nothing to pay', async () => {
  expect(await estimate(undefined, false)).toContain('costs nothing')
  expect(parseJson(await estimate(undefined, true))).toMatchObject({ model: null, efforts: [] })
})
