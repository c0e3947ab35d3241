import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openLlmEmulator, type LlmEmulator } from '../emulators/llm/llm-emulator.ts'
import { checkSyntax } from '../src/analysis/check-syntax.ts'
import { scanSecrets } from '../src/analysis/secret-scanner.ts'
import { systemClock } from '../src/base/clock.ts'
import { randomIds } from '../src/base/ids.ts'
import { createPostgresBudget } from '../src/budget/budget.postgres.ts'
import { budgetedModels } from '../src/budget/model.budgeted.ts'
import { createListPrices } from '../src/budget/prices.genai-prices.ts'
import { addedContent } from '../src/diff/added-content.ts'
import { parsePatch } from '../src/diff/parse-patch.ts'
import { openModel } from '../src/llm/model.ai-sdk.ts'
import { sharedModel } from '../src/llm/model-source.ts'
import type { Change } from '../src/review/change.ts'
import { composeReview } from '../src/review/compose-review.ts'
import { estimateTokens } from '../src/review/estimate-tokens.ts'
import { findPrompt } from '../src/review/prompts/find-prompt.ts'
import { createReviewChange, type ReviewResult } from '../src/review/review-change.ts'
import { defaultReviewSettings, type ReviewSettings } from '../src/review/review-settings.ts'
import type { RunEvent } from '../src/review/run-store.ts'
import { testDatabases, type TestDatabase } from './databases.ts'

/** What the model says that each question took: more than our estimate of any question here. */
const USED = 4_000

/** For two questions and, where it is worth it, a third: its rules, some words, and what an answer is expected to take. */
const ROOM = 2 * USED + estimateTokens(findPrompt.system) + 1_500

function added(paths: readonly string[]): Change {
  const patch = paths
    .map(
      (path) =>
        `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x = 1\n`,
    )
    .join('')
  const files = parsePatch(patch).map((diff) => ({ diff, content: addedContent(diff) ?? '' }))
  return { name: 'test', title: '', body: '', files, complete: true }
}

const [kind] = testDatabases()
if (!kind) throw new Error('there is no database')

describe.skipIf(kind.missing)('a review near a cap', () => {
  let opened: TestDatabase
  let emulator: LlmEmulator
  let events: RunEvent[]
  let runs = 0

  beforeAll(async () => {
    opened = await kind.open()
  })
  beforeEach(async () => {
    events = []
    emulator = await openLlmEmulator({
      answer: () => ({
        kind: 'json',
        value: { findings: [] },
        usage: { inputTokens: USED - 10, outputTokens: 10 },
      }),
    })
  })
  afterEach(() => emulator.close())
  afterAll(() => opened.drop())

  function review(
    paths: readonly string[],
    tokens: number,
    effort: ReviewSettings['effort'] = 'standard',
  ): Promise<ReviewResult> {
    const model = openModel({
      provider: 'openai-compatible',
      model: 'emulated',
      apiKey: 'k',
      baseUrl: emulator.baseUrl,
      timeoutMs: 20_000,
    })
    const models = budgetedModels(sharedModel(model), {
      budget: createPostgresBudget(opened.database),
      caps: { run: { tokens } },
      prices: createListPrices(),
      clock: systemClock,
      random: Math.random,
      observer: { refused: () => undefined, unsettled: () => undefined, unextended: () => undefined },
    })
    const reviewChange = createReviewChange({
      models,
      analysers: [],
      scanSecrets,
      checkSyntax,
      settings: { ...defaultReviewSettings, effort, unitConcurrency: 1 },
      clock: systemClock,
      newId: randomIds,
    })
    runs += 1
    const scope = { tenant: 'local', repository: 'octo/hello', runId: `run ${runs}` }
    const observer = { event: (event: RunEvent) => void events.push(event), call: () => undefined }
    return reviewChange(added(paths), scope, observer, new AbortController().signal)
  }
  const fates = ({ receipt }: ReviewResult): Record<string, unknown> =>
    Object.fromEntries(
      receipt.files.map(({ path, hunks, reason }) => [path, [Object.keys(hunks)[0], reason]]),
    )

  test('what is not source is left unread first, and both the receipt and the pull request say so', async () => {
    const over = ['over-budget', 'over the token cap of this run']
    const paths = ['a.py', 'b.py', 'test_a.py', 'README.md']
    const result = await review(paths, ROOM)
    expect(fates(result)).toEqual({
      'a.py': ['read', undefined],
      'b.py': ['read', undefined],
      'test_a.py': over,
      'README.md': over,
    })
    expect(result.receipt.hunks).toMatchObject({ read: 2, 'over-budget': 2, failed: 0 })
    expect(emulator.requests()).toHaveLength(2)
    const said = composeReview(result.findings, result.receipt)
    expect(said.needsSummary).toBe(true)
    expect(said.checkRun.conclusion).toBe('neutral')
    for (const text of [said.summary, said.checkRun.summary]) {
      expect(text).toContain(
        'Left out to stay below a cap (over the token cap of this run): 2 units not read.',
      )
      expect(text).toContain('README.md')
    }
    expect(events.at(-1)).toMatchObject({ step: 'over a cap', detail: { 'units not read': 2 } })
  })

  test('source is read to the end of the cap, and what does not fit is named', async () => {
    const result = await review(['a.py', 'b.py', 'c.py', 'd.py'], ROOM)
    expect(result.receipt.hunks).toMatchObject({ read: 3, 'over-budget': 1 })
    expect(emulator.requests()).toHaveLength(3)
  })

  test('the reading as a whole is given up first, and both the receipt and the pull request say so', async () => {
    // Two units take two thirds of it: the rest is enough for a third question that is worth more.
    const result = await review(['a.py', 'b.py'], 3 * USED, 'deep')
    expect(result.receipt).toMatchObject({
      hunks: { read: 2, 'over-budget': 0 },
      wholeChange: { outcome: 'left-out', reason: 'over the token cap of this run', questions: 0 },
    })
    expect(emulator.requests()).toHaveLength(2)
    const said = composeReview(result.findings, result.receipt)
    expect(said.needsSummary).toBe(true)
    expect(said.summary).toContain('The change was not read as a whole: over the token cap of this run.')
    // By this the page of spending and the API list it.
    expect(events.at(-1)).toMatchObject({
      step: 'over a cap',
      detail: { 'changes not read to the end as a whole': 1, why: 'over the token cap of this run' },
    })
    expect((await review(['a.py', 'b.py', 'c.py'], 3 * USED, 'standard')).receipt.hunks.read).toBe(3)
    expect((await review(['a.py', 'b.py'], 8 * USED, 'deep')).receipt.wholeChange?.outcome).toBe('read')
  })

  test('with room enough nothing is said of caps', async () => {
    const result = await review(['a.py', 'README.md'], 1_000_000)
    expect(result.receipt).toMatchObject({ hunks: { read: 2, 'over-budget': 0 } })
    expect(result.receipt).not.toHaveProperty('notes')
    expect(events.map(({ step }) => step)).not.toContain('over a cap')
  })
})
