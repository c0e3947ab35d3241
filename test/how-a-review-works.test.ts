import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../src/base/package-root.ts'
import { settings } from '../src/config/settings.ts'
import { composeReview } from '../src/review/compose-review.ts'
import { withExample } from './example-page.ts'
import { readMarkdownPage } from './markdown-page.ts'
import { reviewExample, type ReviewExample } from './review-example.ts'

// When questions, contexts or comments look otherwise: `npx vitest run test/how-a-review-works.test.ts --update=all`.

const file = path.join(packageRoot, 'docs', 'how-a-review-works.md')
const page = readMarkdownPage('docs/how-a-review-works.md')

let example: ReviewExample
beforeAll(async () => {
  example = await reviewExample('bulk-discount', new AbortController().signal)
})

test('docs/how-a-review-works.md shows exactly what the engine makes of its example', async () => {
  await expect(withExample(readFileSync(file, 'utf8'), example)).toMatchFileSnapshot(file)
})

test('every candidate of the example ends as the page tells', () => {
  const ends = example.findings.map(({ title, verdict }) => [
    title,
    verdict.kind === 'dropped' ? verdict.reason : verdict.kind,
  ])
  expect(Object.fromEntries(ends)).toEqual({
    'The loop over the steps counts up from the last one and never ends': 'posted',
    'The update clause in this loop moves the variable in the wrong direction': 'merged',
    'Checking equality with NaN will always return false': 'posted',
    'NaN is let through, because nothing equals NaN': 'merged',
    'The checkout still calls `total` without steps': 'quote-missing',
    'Missing tests for `percentFor`': 'not-a-defect',
    'A step above 100 percent makes `total` throw': 'refuted',
    'Half pieces leave fractions of a cent in the sum': 'not-introduced',
    'A negative percentage raises the price': 'unproven',
    'Text after a number is taken as a percentage': 'below-threshold',
  })
  expect(ends).toHaveLength(10)
  const [first] = composeReview(example.findings, example.receipt).comments
  expect(first?.body).toContain(
    '```suggestion\n  for (let index = steps.length - 1; index >= 0; index--) {\n```',
  )
})

test('the second look at the cart sees more of `savings` than the finder, as the page says', () => {
  const whole = 'more than the price'
  const onCart = example.asked.filter(({ prompt }) => prompt.includes('\nFile: "web/src/cart.ts"'))
  const shown = onCart.map(({ prompt, answer }) => [Object.keys(answer)[0], prompt.includes(whole)])
  expect(Object.fromEntries(shown)).toEqual({ findings: false, verdicts: true })
})

test('it shows every part, and names settings and files that exist', () => {
  const parts = [...page.text.matchAll(/<!-- example: (?!end)(\w+) -->/g)].map(([, name]) => name)
  const named = page.inlineCode.filter((code) => /^[A-Z]+(?:_[A-Z]+)+$/.test(code))
  expect(parts).toEqual([
    'rules',
    'question',
    'answer',
    'claims',
    'verdict',
    'compared',
    'outcomes',
    'comment',
    'receipt',
  ])
  expect(named.filter((name) => !Object.hasOwn(settings, name))).toEqual([])
  expect(page.links.filter((link) => !existsSync(path.join(packageRoot, link)))).toEqual([])
})
