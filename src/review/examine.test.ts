import { describe, expect, test } from 'vitest'
import { addedContent } from '../diff/added-content.ts'
import { parsePatch } from '../diff/parse-patch.ts'
import type { FileFacts } from './checks/check.ts'
import { examine, type Settled } from './examine.ts'
import type { Candidate } from './finding.ts'

const BEFORE = `import { readFile } from 'node:fs/promises'
import { total,
  discount } from './cart.ts'

export function price(items: Item[]): number {
  const sum = total(items)
  return sum
}

function unrelated(): string {
  const greeting = 'hello'
  const place = 'world'
  return greeting + place
}
`

/** Changes one line of the text above, and shows all of it. */
function changed(path = 'price.ts', parses = false): FileFacts {
  const lines = BEFORE.trimEnd().split('\n')
  const shown = lines.flatMap((line) =>
    line === '  return sum' ? ['-  return sum', '+  return sum - discount'] : [` ${line}`],
  )
  const header = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1,${lines.length} +1,${lines.length} @@\n`
  const [diff] = parsePatch(`${header}${shown.join('\n')}\n`)
  if (!diff) throw new Error('the patch has a file')
  return { diff, content: BEFORE.replace('return sum\n', 'return sum - discount\n'), parses }
}

/** Counted by eye in the text above. */
const CHANGED_LINE = 7
const FAR_LINE = 12

function claim(said: Partial<Candidate> = {}): Candidate {
  return {
    id: 'a',
    source: { kind: 'model', model: 'openai/large' },
    path: 'price.ts',
    anchor: { side: 'RIGHT', startLine: CHANGED_LINE, endLine: CHANGED_LINE },
    severity: 'high',
    category: 'bug',
    title: 'The discount is a function, not a number',
    explanation: 'Any cart → the price is NaN.',
    evidence: 'return sum - discount',
    confidence: 0.9,
    ...said,
  }
}

const at = (line: number) => ({ anchor: { side: 'RIGHT', startLine: line, endLine: line } }) as const

function refusal(
  said: Partial<Candidate>,
  file: FileFacts | undefined = changed(),
  settled: Settled = new Map(),
) {
  const candidate = claim(said)
  const { anchor = { side: 'RIGHT', startLine: 1, endLine: 1 } } = candidate
  return examine({ candidate, grounding: { kind: 'grounded', anchor } }, file, settled).refusal
}

test('a claim about what changed passes', () => {
  expect(refusal({})).toBeUndefined()
})

test('what is not grounded is refused for that reason', () => {
  const grounding = { kind: 'dropped', reason: 'quote-missing', detail: 'not on the cited lines: x' } as const
  expect(examine({ candidate: claim(), grounding }, changed(), new Map()).refusal).toEqual(grounding)
})

test.each(['already-said', 'declined', 'muted'] as const)('what was settled before is refused: %s', (how) => {
  const { fingerprint } = examine(
    { candidate: claim(), grounding: { kind: 'grounded', ...at(CHANGED_LINE) } },
    changed(),
    new Map(),
  )
  expect(refusal({}, changed(), new Map([[fingerprint, how]]))?.reason).toBe(how)
})

describe('what is never said', () => {
  test.each([
    ['Nice use of a constant', 'This reads well.'],
    ['Consider extracting a helper', 'The function would be shorter.'],
    ['Missing tests for the discount', 'Nobody checks the new code.'],
    ['Add a docstring to price', 'Readers would understand it sooner.'],
    ['Inconsistent naming of sum', 'Other functions call it amount.'],
    ['Line too long', 'It has 130 characters.'],
    ['Typo in a comment', 'It should read "discount".'],
    ['Magic number hurts readability', 'Give it a name.'],
  ])('%s', (title, explanation) => {
    expect(refusal({ title, explanation })?.reason).toBe('not-a-defect')
  })

  test.each([
    ['Typo in the property name', 'The template reads another name, so the text is undefined.'],
    ['Consider an empty cart', 'An empty cart → price throws a TypeError.'],
    ['Naming convention of hooks ignored', 'The framework never calls it without the prefix.'],
    ['Magic number is wrong', 'Every total is off by one cent.'],
    ['Returns before the lock is released', 'Two carts → a deadlock.'],
    ['Date formatting leaves out the time zone', 'A user in Tokyo → sees the previous day.'],
    ['No comments are shown to guests', 'A guest opens the page → it lists none of them.'],
  ])('but an outcome that fails is looked at: %s', (title, explanation) => {
    expect(refusal({ title, explanation })).toBeUndefined()
  })

  test('analysers are not asked: their rules are chosen by us', () => {
    const source = { kind: 'analyser', analyser: 'ruff', rule: 'X1' } as const
    expect(refusal({ title: 'Consider this', explanation: 'Shorter.', source })).toBeUndefined()
  })
})

describe('what was so before', () => {
  test('a claim on lines far from the change, about nothing that changed, is refused', () => {
    const said = { title: 'The greeting has no blank', explanation: 'Any visitor → helloworld.' }
    expect(refusal({ ...said, ...at(FAR_LINE) })?.reason).toBe('not-introduced')
  })

  test('one that speaks of something that changed is looked at, wherever it stands', () => {
    const said = { title: 'The greeting ignores the discount', explanation: 'Any visitor → helloworld.' }
    expect(refusal({ ...said, ...at(FAR_LINE) })).toBeUndefined()
  })
})

describe('what the text proves wrong', () => {
  test.each([
    ['`total` is not defined', 'an import over several lines defines it'],
    ['discount is undeclared here', 'the name is not told as one'],
    ['`readFile` is never imported', 'an import defines it'],
    ['Undefined name `unrelated`', 'a function of the file'],
  ])('%s', (title) => {
    const reason = refusal({ title, explanation: 'Any call → ReferenceError.' })?.reason
    expect(reason).toBe(/[`_]/.test(title) ? 'contradicted' : undefined)
  })

  test.each([
    '`missingHelper` is not defined',
    '`total` is undefined when the cart is empty',
    '`price` returns undefined for an empty cart',
    '`total` and `missingHelper` are not imported',
    '`greeting` is not defined',
  ])('but not this: %s', (title) => {
    expect(refusal({ title, explanation: 'Any call → ReferenceError.' })).toBeUndefined()
  })

  test('an import that is used is not unused', () => {
    const explanation = 'The build fails in strict mode.'
    expect(refusal({ title: 'Unused import `discount`', explanation })).toBeUndefined()
    const used = { ...changed(), content: `${BEFORE}discount(price([]))\n` }
    expect(refusal({ title: 'Unused import `discount`', explanation }, used)).toBeUndefined()
    const usedOften = { ...changed(), content: `${BEFORE}discount(discount(price([])))\n` }
    expect(refusal({ title: 'Unused import `discount`', explanation }, usedOften)?.reason).toBe(
      'contradicted',
    )
  })

  test('a file that parses has no syntax error', () => {
    const said = { title: 'Syntax error: missing closing brace', explanation: 'The module fails to load.' }
    expect(refusal(said, changed('price.ts', true))?.reason).toBe('contradicted')
    expect(refusal(said, changed('price.ts', false))).toBeUndefined()
  })

  test.each([
    'Missing comma joins two entries of the list',
    'Extra comma makes the timeout a tuple',
    'Missing parenthesis makes the discount apply to the first item only',
    'The `discount` parameter is never used',
    '`sum` is assigned but never used',
  ])('nor is a claim refuted by a file that parses, or that has the name elsewhere: %s', (title) => {
    const file = { ...changed('price.ts', true), content: `${BEFORE}discount(sum)\ndiscount(sum)\n` }
    expect(refusal({ title, explanation: 'Any cart → another price.' }, file)).toBeUndefined()
  })

  test.each([
    ['{"a": 1}', 'contradicted'],
    ['{"a": 1', undefined],
  ])('JSON is parsed: %s', (content, expected) => {
    const patch = `diff --git a/a.json b/a.json\nnew file mode 100644\n--- /dev/null\n+++ b/a.json\n@@ -0,0 +1 @@\n+${content}\n`
    const [diff] = parsePatch(patch)
    if (!diff) throw new Error('the patch has a file')
    const file = { diff, content: addedContent(diff) ?? '', parses: false }
    const said = { title: 'Invalid JSON', explanation: 'The settings fail to load.', ...at(1) }
    expect(refusal({ ...said, path: 'a.json' }, file)?.reason).toBe(expected)
  })

  test('a claim that quotes names of other code only is about other code', () => {
    const explanation = 'Any call of `chargeCard` → `refundCard` throws.'
    expect(refusal({ title: '`chargeCard` is called twice', explanation })?.reason).toBe('contradicted')
    expect(refusal({ title: '`price` is called twice', explanation })).toBeUndefined()
  })
})

describe('a claim across files is not judged by one of them', () => {
  const source = { kind: 'model', model: 'openai/large', pass: 'whole-change' } as const

  test('when it quotes names of other files, or stands on a line that another file breaks', () => {
    const explanation = 'Any call of `chargeCard` → `refundCard` throws.'
    expect(refusal({ source, title: '`chargeCard` is called twice', explanation })).toBeUndefined()
    const far = { title: 'The greeting has no blank', explanation: 'Any visitor → helloworld.' }
    expect(refusal({ source, ...far, ...at(FAR_LINE) })).toBeUndefined()
  })

  test('but what the file proves wrong stays wrong', () => {
    const said = { title: '`total` is not defined', explanation: 'Any call → ReferenceError.' }
    expect(refusal({ source, ...said })?.reason).toBe('contradicted')
  })
})

test('without the content of the file nothing is proven by it', () => {
  const { content: _content, ...bare } = changed()
  expect(
    refusal({ title: '`total` is not defined', explanation: 'Any call → ReferenceError.' }, bare),
  ).toBeUndefined()
})
