import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkSyntax } from '../../src/analysis/check-syntax.ts'
import { systemClock } from '../../src/base/clock.ts'
import { parsePatch } from '../../src/diff/parse-patch.ts'
import type { Answer, Model, Question } from '../../src/llm/model.ts'
import { sharedModel } from '../../src/llm/model-source.ts'
import { UnusableAnswerError } from '../../src/llm/unusable-answer-error.ts'
import type { Change } from '../../src/review/change.ts'
import type { Finding } from '../../src/review/finding.ts'
import { createReviewChange, type ReviewResult } from '../../src/review/review-change.ts'
import { defaultReviewSettings, type ReviewSettings } from '../../src/review/review-settings.ts'

/*
 * The whole engine over answers that nobody foresaw, and over the same change shown in another way.
 */

const SCOPE = { tenant: 'local', repository: 'shop', runId: 'one' }
const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 }
const model = 'openai/large'

const CART = `diff --git a/cart.py b/cart.py
--- a/cart.py
+++ b/cart.py
@@ -1,4 +1,4 @@
 def total(items):
     amount = sum(item.price for item in items)
-    return amount / max(1, len(items))
+    return amount / len(items)
\u0020
@@ -20,3 +20,4 @@ def save(items):
     store = open_store()
+    store.clear()
     store.put(items)
     store.close()
`
const MAIL = `diff --git a/mail.py b/mail.py
--- a/mail.py
+++ b/mail.py
@@ -5,3 +5,3 @@ def send(user):
-    address = user.address
+    address = user.addresses[0]
     deliver(address)
     log(address)
`

function changeOf(...patches: readonly string[]): Change {
  return {
    name: 'shop',
    title: 'Simplify',
    body: '',
    files: parsePatch(patches.join('')).map((diff) => ({ diff })),
    complete: true,
  }
}

/** A model in the same process, for thousands of questions: what it throws and returns is what any adapter may. */
function modelOf(answer: (question: Question) => unknown): Model {
  return {
    id: 'openai/large',
    ask: async (question): Promise<Answer> => {
      const value = answer(question)
      if (value instanceof Error) throw value
      const text = JSON.stringify(value) ?? ''
      return {
        value,
        text,
        finishReason: 'stop',
        rawFinishReason: 'stop',
        usage,
        model: 'openai/large-1',
        source: 'model',
      }
    },
  }
}

async function review(
  change: Change,
  answer: (question: Question) => unknown,
  effort: ReviewSettings['effort'] = 'standard',
): Promise<ReviewResult> {
  let made = 0
  const reviewChange = createReviewChange({
    models: sharedModel(modelOf(answer)),
    analysers: [],
    scanSecrets: () => Promise.resolve([]),
    checkSyntax,
    settings: { ...defaultReviewSettings, effort },
    clock: systemClock,
    newId: () => `id ${++made}`,
  })
  const quiet = { event: () => undefined, call: () => undefined }
  return await reviewChange(change, SCOPE, quiet, new AbortController().signal)
}

const tagsIn = (prompt: string): string[] =>
  [...prompt.matchAll(/^([a-z0-9]{4,})\|/gm)].map(([, tag = '']) => tag)

describe('findings in = findings out', () => {
  const word = fc.constantFrom('critical', 'high', 'medium', 'low', 'HIGH', 'blocker')
  const text = fc.constantFrom('`total` divides by zero', 'Consider this', 'amount', '', 'store.clear()')
  const entry: fc.Arbitrary<unknown> = fc.oneof(
    { weight: 1, arbitrary: fc.jsonValue() },
    {
      weight: 6,
      arbitrary: fc.record({
        start: fc.nat(20),
        end: fc.nat(20),
        severity: word,
        category: fc.constantFrom('bug', 'security', 'nonsense'),
        title: text,
        failure: text,
        evidence: text,
        replacement: fc.constantFrom(null, 'x', '    return 1\n'),
        confidence: fc.oneof(fc.double({ noNaN: true }), fc.constantFrom('0.9', '90%')),
      }),
    },
  )
  const verdict = fc.record({
    claim: fc.integer({ min: -1, max: 14 }),
    verdict: fc.constantFrom('confirmed', 'refuted', 'unsure', 'maybe'),
    reason: text,
    severity: word,
    certainty: fc.double({ min: 0, max: 1, noNaN: true }),
    origin: fc.constantFrom('introduced', 'exposed', 'existing'),
    same_as: fc.option(fc.integer({ min: -1, max: 14 })),
    worth: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  /** How an answer breaks: not at all, cut after so many bytes, or as prose around it. */
  const breakage = fc.oneof(fc.constant('whole' as const), fc.constant('prose' as const), fc.nat(600))

  function broken(value: unknown, how: 'whole' | 'prose' | number): unknown {
    if (how === 'whole') return value
    const text = JSON.stringify(value)
    return how === 'prose'
      ? new UnusableAnswerError('garbage', 'no JSON', { text: `Well: ${text} and ${text}`, usage, model })
      : new UnusableAnswerError('truncated', 'cut', { text: text.slice(0, how), usage, model })
  }

  test('whatever is answered, every entry that was read ends in exactly one state, and every hunk is counted', async () => {
    const answers = fc.record({
      entries: fc.array(entry, { maxLength: 14 }),
      verdicts: fc.array(verdict, { maxLength: 14 }),
      finds: breakage,
      looks: breakage,
    })
    const efforts = fc.constantFrom('standard' as const, 'deep' as const)
    await fc.assert(
      fc.asyncProperty(fc.array(answers, { minLength: 8, maxLength: 8 }), efforts, async (script, effort) => {
        let asked = 0
        let entriesGiven = 0
        const answer = ({ purpose, prompt }: Question): unknown => {
          const next = script[asked++ % script.length]
          if (!next) throw new Error('the script is empty')
          const { entries, verdicts, finds, looks } = next
          if (purpose === 'verify') return broken({ verdicts }, looks)
          if (purpose === 'compare') return broken({ claims: verdicts }, looks)
          const tags = tagsIn(prompt)
          const cited = entries.map((one) =>
            typeof one === 'object' && one !== null && 'start' in one && typeof one.start === 'number'
              ? { ...one, start_tag: tags[one.start % tags.length], end_tag: tags[one.start % tags.length] }
              : one,
          )
          if (finds === 'whole') entriesGiven += cited.length
          return broken({ findings: cited }, finds)
        }
        const { findings, receipt } = await review(changeOf(CART, MAIL), answer, effort)
        expect(findings.length).toBeGreaterThanOrEqual(entriesGiven)
        const ids = findings.map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        const posted = new Set(findings.flatMap(({ id, verdict }) => (verdict.kind === 'posted' ? [id] : [])))
        const into = findings.flatMap(({ verdict }) => (verdict.kind === 'merged' ? [verdict.into] : []))
        expect(into.filter((id) => !posted.has(id))).toEqual([])
        const reasons = findings.flatMap(({ verdict }) =>
          verdict.kind === 'dropped' ? [verdict.reason] : [],
        )
        expect(reasons).not.toContain('')
        expect(receipt.findings.posted + receipt.findings.merged + receipt.findings.dropped).toBe(
          findings.length,
        )
        expect(Object.values(receipt.hunks).reduce((sum, count) => sum + count, 0)).toBe(3)
      }),
      { numRuns: 150 },
    )
  })
})

/** A model that always says the same of the same lines, wherever they stand. */
function steady({ purpose, prompt }: Question): unknown {
  if (purpose === 'compare') return { claims: [] }
  if (purpose === 'verify') {
    const count = Number(/from 1 to (\d+)/.exec(prompt)?.[1])
    const verdicts = Array.from({ length: count }, (_, index) => ({
      claim: index + 1,
      verdict: 'confirmed',
      reason: 'seen',
      severity: prompt.includes('addresses[0]') ? 'medium' : 'high',
      certainty: 0.9,
      origin: 'introduced',
      same_as: null,
    }))
    return { verdicts }
  }
  const mistakes = ['/ len(items)', 'store.clear()', 'addresses[0]']
  const findings = prompt.split('\n').flatMap((line) => {
    const [, tag, code = ''] = /^([a-z0-9]{4,})\|\+(.*)$/.exec(line) ?? []
    if (tag === undefined || !mistakes.some((mistake) => code.includes(mistake))) return []
    const said = {
      severity: 'high',
      category: 'bug',
      title: `${code.trim()} fails`,
      failure: 'nothing there → a crash',
    }
    return [{ start_tag: tag, end_tag: tag, ...said, evidence: code, replacement: null, confidence: 0.9 }]
  })
  return { findings }
}

describe('the same change, shown in another way, has the same findings', () => {
  const said = ({ findings }: ReviewResult): unknown[] =>
    findings.map(({ path, title, fingerprint, verdict }: Finding) => ({ path, title, fingerprint, verdict }))

  test('the mistakes are found at all', async () => {
    const { findings } = await review(changeOf(CART, MAIL), steady)
    expect(findings.map(({ title }) => title)).toEqual([
      'return amount / len(items) fails',
      'store.clear() fails',
      'address = user.addresses[0] fails',
    ])
  })

  test.each<[string, Change]>([
    ['the same head again', changeOf(CART, MAIL)],
    ['files in another order', changeOf(MAIL, CART)],
    [
      'lines that moved',
      changeOf(
        CART.replace('@@ -1,4 +1,4 @@', '@@ -101,4 +111,4 @@').replace(
          '@@ -20,3 +20,4 @@',
          '@@ -320,3 +330,4 @@',
        ),
        MAIL.replace('-5,3 +5,3', '-95,3 +75,3'),
      ),
    ],
  ])('%s', async (_how, change) => {
    const [before, after] = await Promise.all([review(changeOf(CART, MAIL), steady), review(change, steady)])
    expect(said(after)).toEqual(said(before))
  })

  test('and a change of white space alone adds none', async () => {
    const reindented = `diff --git a/tidy.py b/tidy.py
--- a/tidy.py
+++ b/tidy.py
@@ -1,2 +1,2 @@
-def tidy( items ):
+def tidy(items):
     return items
`
    const [before, after] = await Promise.all([
      review(changeOf(CART, MAIL), steady),
      review(changeOf(CART, reindented, MAIL), steady),
    ])
    expect(said(after)).toEqual(said(before))
  })
})
