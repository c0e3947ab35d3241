import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { confirmClaims } from '../../emulators/llm/confirm-claims.ts'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import { checkSyntax } from '../../src/analysis/check-syntax.ts'
import { scanSecrets } from '../../src/analysis/secret-scanner.ts'
import { systemClock } from '../../src/base/clock.ts'
import { randomIds } from '../../src/base/ids.ts'
import { parsePatch } from '../../src/diff/parse-patch.ts'
import { sharedModel } from '../../src/llm/model-source.ts'
import { openModel } from '../../src/llm/model.ai-sdk.ts'
import type { Change } from '../../src/review/change.ts'
import type { Settled } from '../../src/review/examine.ts'
import type { DropReason } from '../../src/review/finding.ts'
import { createReviewChange, type ReviewResult } from '../../src/review/review-change.ts'
import { defaultReviewSettings, type ReviewSettings } from '../../src/review/review-settings.ts'
import { tagOf } from './story.ts'

/*
 * What becomes of what a model found, from its answers over the wire to the verdicts: one story for each.
 */

const CONTENT = `import { tax } from './tax.js'

export function total(items) {
  let sum = 0
  for (let index = 0; index < items.length - 1; index++) {
    sum += items[index].price
  }
  return sum * tax
}
`
const LOOP = 'for (let index = 0; index < items.length - 1; index++) {'
const PATCH = `diff --git a/cart.js b/cart.js
--- a/cart.js
+++ b/cart.js
@@ -3,7 +3,7 @@ import { tax } from './tax.js'
 export function total(items) {
   let sum = 0
-  for (let index = 0; index < items.length; index++) {
+  ${LOOP}
     sum += items[index].price
   }
   return sum * tax
 }
`
const LOOP_LINE = 5
const SCOPE = { tenant: 'local', repository: 'shop', runId: 'one' }

function changeOf(patch: string, content?: string): Change {
  const files = parsePatch(patch).map((diff) => ({ diff, ...(content !== undefined && { content }) }))
  return { name: 'shop', title: 'Loop by index', body: '', files, complete: true }
}

let llm: LlmEmulator
let script: { find: (prompt: string) => ScriptedAnswer; look: (prompt: string) => ScriptedAnswer | undefined }

beforeAll(async () => {
  llm = await openLlmEmulator({
    needsKey: false,
    answer: ({ prompt }) =>
      prompt.includes('\n\nCompare the claims')
        ? (confirmClaims(prompt) ?? nothing)
        : prompt.includes('\n\nJudge each claim')
          ? (script.look(prompt) ?? nothing)
          : script.find(prompt),
  })
})
afterAll(() => llm.close())
beforeEach(() => (script = { find: (prompt) => found({}, prompt), look: (prompt) => confirmClaims(prompt) }))

const nothing: ScriptedAnswer = { kind: 'json', value: {} }

function entry(said: Readonly<Record<string, unknown>>, prompt: string): Record<string, unknown> {
  const tag = tagOf(prompt, LOOP)
  return {
    start_tag: tag,
    end_tag: tag,
    severity: 'high',
    category: 'bug',
    title: 'The last item is left out',
    failure: 'A cart with one item → the total is 0.',
    evidence: LOOP,
    replacement: null,
    confidence: 0.9,
    ...said,
  }
}

function found(said: Readonly<Record<string, unknown>>, prompt: string): ScriptedAnswer {
  return { kind: 'json', value: { findings: [entry(said, prompt)] } as never } // plain JSON
}

async function review(
  change: Change = changeOf(PATCH, CONTENT),
  settings: Partial<ReviewSettings> = {},
  settled?: Settled,
): Promise<ReviewResult> {
  const model = openModel({
    provider: 'openai-compatible',
    model: 'scripted',
    baseUrl: llm.baseUrl,
    timeoutMs: 5_000,
  })
  const reviewChange = createReviewChange({
    models: sharedModel(model),
    analysers: [],
    scanSecrets,
    checkSyntax,
    settings: { ...defaultReviewSettings, ...settings },
    clock: systemClock,
    newId: randomIds,
  })
  const quiet = { event: () => undefined, call: () => undefined }
  return await reviewChange(change, SCOPE, quiet, new AbortController().signal, settled)
}

const verdictsOf = ({ findings }: ReviewResult): string[] =>
  findings.map(({ verdict }) =>
    verdict.kind === 'posted' ? verdict.place : verdict.kind === 'merged' ? 'merged' : verdict.reason,
  )

test('a finding that a second look confirms is said on its line', async () => {
  const { findings, receipt } = await review()
  expect(findings).toMatchObject([
    {
      anchor: { side: 'RIGHT', startLine: LOOP_LINE, endLine: LOOP_LINE },
      severity: 'high',
      verdict: { kind: 'posted', place: 'inline' },
      verification: { verdict: 'confirmed', model: 'openai-compatible/scripted', claimed: 'high' },
    },
  ])
  expect(receipt.hunks).toMatchObject({ read: 1, failed: 0 })
})

test('a quick review asks once, and says what was found by the word of the finder', async () => {
  const before = llm.requests().length
  const { findings } = await review(undefined, { effort: 'quick' })
  expect(llm.requests().length - before).toBe(1)
  expect(findings).toMatchObject([{ verdict: { kind: 'posted', place: 'inline' } }])
  expect(findings[0]?.verification).toBeUndefined()
})

test('nothing found costs one question, and no second look', async () => {
  const before = llm.requests().length
  script.find = () => ({ kind: 'json', value: { findings: [] } })
  expect((await review()).findings).toEqual([])
  expect(llm.requests().length - before).toBe(1)
})

/** Every reason for which something is dropped, with the answers that lead there. */
const dropped: Record<Exclude<DropReason, 'already-said' | 'declined' | 'muted'>, () => void> = {
  unreadable: () => (script.find = (prompt) => found({ severity: 'blocker' }, prompt)),
  'unresolved-tags': () => (script.find = (prompt) => found({ start_tag: 'zzzz' }, prompt)),
  'quote-missing': () => (script.find = (prompt) => found({ evidence: 'sum -= 1' }, prompt)),
  'outside-diff': () => undefined,
  'not-a-defect': () =>
    (script.find = (prompt) =>
      found({ title: 'Consider a for-of loop', failure: 'It reads better.' }, prompt)),
  contradicted: () => (script.find = (prompt) => found({ title: '`tax` is not imported' }, prompt)),
  refuted: () => looks({ verdict: 'refuted', reason: 'The caller appends a sentinel.' }),
  'not-introduced': () => looks({ origin: 'existing' }),
  unproven: () => looks({ verdict: 'unsure', severity: 'medium' }),
  'below-threshold': () => looks({ severity: 'low' }),
}

function looks(said: Readonly<Record<string, string>>): void {
  script.look = (prompt) => confirmClaims(prompt, () => said)
}

// The lines of a model are lines of the diff, or its tags do not resolve: only analysers can cite others.
const byModel = Object.entries(dropped).filter(([reason]) => reason !== 'outside-diff')

test.each(byModel)('dropped, and told why: %s', async (reason, arrange) => {
  arrange()
  const { findings, receipt } = await review()
  expect(findings).toMatchObject([{ verdict: { kind: 'dropped', reason } }])
  expect(JSON.stringify(findings)).toMatch(/"detail":"[^"]+/)
  expect(receipt.findings).toEqual({ posted: 0, merged: 0, dropped: 1 })
  expect(receipt.hunks.read).toBe(1)
})

test.each(['already-said', 'declined', 'muted'] as const)(
  'dropped, and not looked at again: what was settled before (%s)',
  async (how) => {
    const [first] = (await review()).findings
    const before = llm.requests().length
    const again = await review(undefined, {}, new Map([[first?.fingerprint ?? '', how]]))
    expect(verdictsOf(again)).toEqual([how])
    expect(llm.requests().length - before).toBe(1)
  },
)

describe('a second look that nobody can read', () => {
  test.each<[string, ScriptedAnswer]>([
    ['prose', { kind: 'text', text: 'They all look right to me.' }],
    ['no verdicts', { kind: 'json', value: { verdicts: [] } }],
    ['a refusal', { kind: 'refusal' }],
    ['a cut', { kind: 'text', text: '{"verdicts": [{"claim": 1, "verd', finish: 'length' }],
  ])('loses no finding, and lets none stand inline: %s', async (_what, answer) => {
    script.look = () => answer
    const { findings } = await review()
    expect(findings).toMatchObject([
      {
        verdict: { kind: 'posted', place: 'summary' },
        verification: { verdict: 'unsure', reason: expect.stringMatching(/answer/) as string },
      },
    ])
  })
})

test('what one answer says twice is said once', async () => {
  script.find = (prompt) => ({
    kind: 'json',
    value: {
      findings: [entry({}, prompt), entry({ title: 'Last item left out of the total' }, prompt)],
    } as never, // plain JSON
  })
  expect(verdictsOf(await review())).toEqual(['inline', 'merged'])
})

test('an answer that was cut off is kept as far as it came, and the rest is asked for', async () => {
  script.find = (prompt) =>
    prompt.includes('Reported already')
      ? found({ title: 'The tax of an empty cart is NaN', failure: 'No items → NaN' }, prompt)
      : {
          kind: 'text',
          text: `{"findings": [${JSON.stringify(entry({}, prompt))}, {"start_tag": "`,
          finish: 'length',
        }
  const { findings, receipt } = await review()
  expect(findings.map(({ title }) => title).sort()).toEqual([
    'The last item is left out',
    'The tax of an empty cart is NaN',
  ])
  expect(receipt.hunks).toMatchObject({ read: 1, failed: 0 })
})
