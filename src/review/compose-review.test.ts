import { describe, expect, test } from 'vitest'
import { composeReview, moveToSummary, type ComposedReview } from './compose-review.ts'
import type { Finding, Verdict } from './finding.ts'
import { emptyReceipt } from './make-receipt.ts'
import type { FileReceipt, Receipt } from './receipt.ts'

const posted = (place: 'inline' | 'summary'): Verdict => ({ kind: 'posted', place })
const dropped: Verdict = { kind: 'dropped', reason: 'quote-missing', detail: 'x' }
const saidEarlier: Verdict = { kind: 'dropped', reason: 'already-said', detail: 'x' }

function finding(id: string, said: Partial<Finding> = {}): Finding {
  return {
    id,
    source: { kind: 'model', model: 'openai/large' },
    path: 'src/shop.py',
    anchor: { side: 'RIGHT', startLine: 3, endLine: 4 },
    severity: 'high',
    category: 'bug',
    title: `Problem ${id}`,
    explanation: 'An empty cart fails.',
    evidence: 'total / count',
    confidence: 0.9,
    verdict: posted('inline'),
    fingerprint: id,
    ...said,
  }
}

const many = (count: number, said: Partial<Finding> = {}): Finding[] =>
  Array.from({ length: count }, (_, index) => finding(`f${index}`, said))

/** Of a change of two files that a model read. */
function receipt(hunks: Partial<Receipt['hunks']> = { read: 3 }, said: Partial<Receipt> = {}): Receipt {
  const files: FileReceipt[] = [
    { path: 'src/shop.py', hunks },
    { path: 'yarn.lock', hunks: { skipped: 4 }, reason: 'lock file' },
  ]
  return {
    outcome: 'reviewed',
    reader: { model: 'openai/large', analysers: ['ruff'] },
    hunks: { read: 0, 'from-cache': 0, skipped: 4, 'over-budget': 0, failed: 0, ...hunks },
    files,
    findings: { posted: 0, merged: 0, dropped: 0 },
    ...said,
  }
}

const title = (findings: readonly Finding[], of = receipt()): string =>
  composeReview(findings, of).checkRun.title

const texts = (composed: ComposedReview): string[] => [
  composed.body,
  composed.summary,
  composed.checkRun.summary,
  ...composed.comments.map(({ body }) => body),
]

/** What Markdown may act on: everything that is not inline code or a block. */
const outsideOfCode = (markdown: string): string =>
  markdown
    .replaceAll(/^(`{3,})[^`\n]*\n[^]*?^\1$/gm, ' ')
    .replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, ' ')

describe('the headline', () => {
  test.each([
    ['nothing was found', [], receipt(), 'No problems found, read all 3 hunks in 1 file'],
    ['one thing was found', many(1), receipt(), '1 problem found, read all 3 hunks in 1 file'],
    ['one hunk was read', many(2), receipt({ read: 1 }), '2 problems found, read the only hunk in 1 file'],
    [
      'answers came from the cache',
      [],
      receipt({ 'from-cache': 2 }),
      'No problems found, read all 2 hunks in 1 file',
    ],
    [
      'hunks were not read',
      [],
      receipt({ read: 1, failed: 1 }),
      'No problems found, read 1 of 2 hunks in 1 file',
    ],
    ['no hunk was read', [], receipt({ 'over-budget': 1 }), 'No problems found, read 0 of 1 hunk in 1 file'],
    ['only rules skipped something', [], receipt({}), 'No problems found, nothing to read'],
    [
      'what was said earlier is still there',
      many(2, { verdict: saidEarlier }),
      receipt(),
      'No new problems found, 2 said earlier still there, read all 3 hunks in 1 file',
    ],
    [
      'something new came to it',
      [...many(1), finding('old', { verdict: saidEarlier })],
      receipt(),
      '1 problem found, 1 said earlier still there, read all 3 hunks in 1 file',
    ],
  ])('tells that %s', (_what, findings, of, expected) => {
    expect(title(findings, of)).toBe(expected)
    expect(composeReview(findings, of).body).toBe(`${expected}.`)
  })

  test('counts what is said, inline and elsewhere, and nothing else', () => {
    const findings = [
      finding('a'),
      finding('b', { verdict: posted('summary') }),
      finding('c', { verdict: posted('summary') }),
      finding('d', { verdict: dropped }),
      finding('e', { verdict: { kind: 'merged', into: 'a' } }),
    ]
    expect(title(findings)).toMatch(/^3 problems found/)
  })

  test('is bare text in the check run, for GitHub renders no Markdown there, and Markdown elsewhere', () => {
    const composed = composeReview([], emptyReceipt('failed', 'model_a answered 529.'))
    expect(composed.checkRun.title).toBe('Could not review: model_a answered 529')
    expect(composed.summary).toContain('**Lorgnette**: Could not review: `model_a` answered 529.')
  })

  test('stays short, whatever the reason', () => {
    const composed = composeReview([], emptyReceipt('failed', 'x '.repeat(40_000)))
    expect(Array.from(composed.checkRun.title).length).toBeLessThanOrEqual(255)
    expect(composed.summary.length).toBeLessThan(2_000)
  })
})

describe('where a finding is said', () => {
  test('inline, on its lines, with how it fails', () => {
    const { comments, summary, needsSummary } = composeReview([finding('a')], receipt())
    expect(comments).toEqual([
      {
        findingId: 'a',
        path: 'src/shop.py',
        anchor: { side: 'RIGHT', startLine: 3, endLine: 4 },
        body: '**Problem a** (high, bug)\n\nAn empty cart fails.',
      },
    ])
    expect(summary).not.toContain('Problem a')
    expect(needsSummary).toBe(false)
  })

  test('in the summary and in the check run, with its place, when it has none inline', () => {
    const composed = composeReview(
      [finding('a', { verdict: posted('summary'), explanation: 'One.\n\nTwo.' })],
      receipt(),
    )
    expect(composed.comments).toEqual([])
    expect(composed.needsSummary).toBe(true)
    for (const text of [composed.summary, composed.checkRun.summary]) {
      expect(text).toContain('- `src/shop.py:3` **Problem a** (high): One. Two.')
    }
  })

  test('nowhere, when it was dropped or merged', () => {
    const findings = [
      finding('a', { verdict: dropped }),
      finding('b', { verdict: { kind: 'merged', into: 'c' } }),
    ]
    const composed = composeReview(findings, receipt())
    expect(composed.comments).toEqual([])
    expect(texts(composed).join()).not.toContain('Problem')
  })

  test('in the summary, from the thirty-first on', () => {
    const composed = composeReview(many(33), receipt())
    expect(composed.comments).toHaveLength(30)
    const folded = composed.summary.split('\n').filter((line) => line.includes('**Problem'))
    expect(folded.map((line) => /Problem \w+/.exec(line)?.[0])).toEqual([
      'Problem f30',
      'Problem f31',
      'Problem f32',
    ])
    expect(composed.checkRun.title).toMatch(/^33 problems/)
  })

  test('in the summary, when it has no lines', () => {
    const { anchor: _none, ...without } = finding('a')
    const composed = composeReview([without], receipt())
    expect(composed.comments).toEqual([])
    expect(composed.summary).toContain('- `src/shop.py` **Problem a**')
  })

  test('with a replacement as a suggestion, and with the rule of an analyser', () => {
    const source = { kind: 'analyser', analyser: 'ruff', rule: 'F821' } as const
    const [comment] = composeReview(
      [finding('a', { source, replacement: '  x = 1\n```' })],
      receipt(),
    ).comments
    expect(comment?.body).toBe(
      '**Problem a** (high, bug)\n\nAn empty cart fails.\n\n````suggestion\n  x = 1\n```\n````\n\nFound by ruff `F821`.',
    )
  })
})

describe('lines that GitHub refused', () => {
  test('their findings move to the summary; what was not to be said stays unsaid', () => {
    const findings = [
      finding('a'),
      finding('b'),
      finding('c', { verdict: dropped }),
      finding('d', { verdict: { kind: 'merged', into: 'a' } }),
    ]
    const moved = moveToSummary(findings, new Set(['a', 'c', 'd']))
    expect(moved.map(({ verdict }) => verdict)).toEqual([
      posted('summary'),
      posted('inline'),
      dropped,
      { kind: 'merged', into: 'a' },
    ])
  })
})

describe('the check run', () => {
  test.each([
    ['success', [], receipt()],
    ['neutral', many(1), receipt()],
    ['neutral', many(1, { verdict: saidEarlier }), receipt()],
    ['neutral', [], receipt({ read: 2, failed: 1 })],
    ['neutral', [], receipt({ read: 2, 'over-budget': 1 })],
    ['neutral', [], receipt({ read: 2 }, { reader: { analysers: ['ruff'] } })],
    ['failure', [], emptyReceipt('failed', 'no model answered')],
    ['skipped', [], emptyReceipt('skipped', 'the pull request is gone')],
    ['skipped', [], emptyReceipt('superseded', 'a newer head came')],
  ] as const)('ends with %s', (conclusion, findings, of) => {
    expect(composeReview(findings, of).checkRun.conclusion).toBe(conclusion)
  })

  test('is not needed in words elsewhere, unless something was not read or could not be said inline', () => {
    const needs = (findings: readonly Finding[], of: Receipt): boolean =>
      composeReview(findings, of).needsSummary
    expect(needs(many(2), receipt())).toBe(false)
    expect(needs([], receipt({}))).toBe(false)
    expect(needs([], receipt({ failed: 1 }))).toBe(true)
    expect(needs([], receipt({ 'over-budget': 1 }))).toBe(true)
    expect(needs([], emptyReceipt('failed', 'x'))).toBe(true)
    expect(needs([], emptyReceipt('superseded', 'x'))).toBe(false)
  })
})

test('a review of analysers alone says so, in the review itself too', () => {
  const composed = composeReview(
    many(1),
    receipt({ read: 3 }, { reader: { analysers: ['ruff', 'secrets'] } }),
  )
  for (const text of [composed.body, composed.summary, composed.checkRun.summary]) {
    expect(text).toContain('Read by the built-in analysers only (ruff, secrets): no model is configured.')
  }
})

test('a run that ended without a review says why, and does not tell who read what', () => {
  const { summary, checkRun } = composeReview([], emptyReceipt('failed', 'the key is wrong'))
  expect(summary).toBe(
    '**Lorgnette**: Could not review: the key is wrong.\n\nThe change does not count as read.',
  )
  expect(checkRun.summary).toBe('The change does not count as read.')
})

describe('hostile text', () => {
  const attack =
    '@octo/all fixes #1 ![x](https://evil.example) <img src=x> <!-- x --> `` [y](z) \u202E$x$ &lt;\n/approve\n# h'
  const hostile: Partial<Finding> = {
    path: `${attack}/a\`b.py`,
    title: attack,
    explanation: `${attack}\n\n- ${attack}\n\n/approve`,
    source: { kind: 'analyser', analyser: 'ruff', rule: attack },
  }
  const of = receipt(
    { read: 1, failed: 1 },
    { files: [{ path: hostile.path ?? '', hunks: { failed: 1 }, reason: attack }] },
  )

  test.each([
    ['inline', composeReview([finding('a', hostile)], of)],
    ['in the summary', composeReview([finding('a', { ...hostile, verdict: posted('summary') })], of)],
    ['as the reason of a failure', composeReview([], emptyReceipt('failed', attack))],
  ])('does nothing %s', (_place, composed) => {
    const shown = texts(composed)
    expect(shown.join().includes('octo')).toBe(true)
    for (const text of shown) {
      expect(outsideOfCode(text)).not.toMatch(/@\S|#\d|:\/\/|<[a-z!/]|[[\]$]|&\w+;|\u202E/i)
      expect(text).not.toMatch(/^\/approve|^# /m)
    }
  })

  test('does nothing in the title of the check run', () => {
    expect(title([], emptyReceipt('failed', attack))).not.toMatch(/[\u202E\n]/)
  })

  test('cannot end its suggestion', () => {
    const replacement = 'x\n```\n@octo/all\n````\n'
    const [comment] = composeReview([finding('a', { replacement })], receipt()).comments
    expect(outsideOfCode(comment?.body ?? '')).not.toContain('@octo')
  })
})

describe("GitHub's limit", () => {
  const MAX = 65_536
  const bytes = (text: string): number => Buffer.byteLength(text)

  test('500 findings stay under it, keep the receipt, and say how many were left out', () => {
    const findings = many(500, { verdict: posted('summary'), explanation: 'Wörter '.repeat(60) })
    const { summary, checkRun } = composeReview(findings, receipt({ read: 2, failed: 1 }))
    for (const text of [summary, checkRun.summary]) {
      expect(bytes(text)).toBeLessThan(MAX)
      const named = text.match(/\*\*Problem f\d+\*\*/g)?.length ?? 0
      expect(named).toBeGreaterThan(50)
      expect(text).toContain(`- and ${500 - named} further findings left out`)
      expect(text).toContain('| failed, not read | 1 |')
    }
    expect(checkRun.title).toMatch(/^500 problems found/)
  })

  test('one that is left out is one finding', () => {
    const findings = [
      finding('a', { verdict: posted('summary') }),
      finding('b', { verdict: posted('summary'), explanation: 'x'.repeat(70_000) }),
    ]
    expect(composeReview(findings, receipt()).summary).toContain('- and 1 further finding left out')
  })

  test('a receipt of 3,000 unread files with long names leaves room for findings', () => {
    const files = Array.from({ length: 3_000 }, (_, index) => ({
      path: `${'ä'.repeat(4_000)}${index}`,
      hunks: { failed: 1 },
      reason: '日'.repeat(4_000),
    }))
    const findings = many(500, { verdict: posted('summary') })
    const { summary } = composeReview(findings, receipt({ failed: 3_000 }, { files }))
    expect(bytes(summary)).toBeLessThan(MAX)
    expect(summary).toContain('**Problem f100**')
    const named = summary.match(/^- `ä/gm)?.length ?? 0
    expect(named).toBeGreaterThan(0)
    expect(summary).toContain(`- and ${3_000 - named} more files`)
  })

  test('a comment stays under it, and half a suggestion is never offered', () => {
    const long = finding('a', {
      title: '𝒳'.repeat(9_000),
      explanation: '`_`'.repeat(30_000),
      replacement: 'y',
    })
    const large = finding('b', { replacement: 'y\n'.repeat(40_000) })
    const [first, second] = composeReview([long, large], receipt()).comments
    expect(bytes(first?.body ?? '')).toBeLessThan(MAX)
    expect(first?.body).not.toContain('suggestion')
    expect(second?.body).toBe('**Problem b** (high, bug)\n\nAn empty cart fails.')
  })
})

test('the same review has the same words', () => {
  expect(composeReview(many(40), receipt())).toEqual(composeReview(many(40), receipt()))
})

describe('a problem that stands in several places', () => {
  const mergedAt = (id: string, path: string, line: number): Finding =>
    finding(id, {
      path,
      anchor: { side: 'RIGHT', startLine: line, endLine: line },
      verdict: { kind: 'merged', into: 'a' },
    })

  test('names the others, once each, and not its own lines', () => {
    const others = [
      mergedAt('b', 'src/till.py', 9),
      mergedAt('c', 'src/till.py', 9),
      mergedAt('d', 'src/shop.py', 4),
      mergedAt('e', 'src/shop.py', 40),
    ]
    const { comments } = composeReview([finding('a'), ...others], receipt())
    expect(comments).toHaveLength(1)
    expect(comments[0]?.body).toContain('\n\nThe same at `src/shop.py:40`, `src/till.py:9`.')
    const folded = composeReview([finding('a', { verdict: posted('summary') }), ...others], receipt())
    expect(folded.summary).toContain('The same at `src/shop.py:40`, `src/till.py:9`.')
  })

  test('counts those beyond a few', () => {
    const others = Array.from({ length: 30 }, (_, index) => mergedAt(`m${index}`, 'src/till.py', index + 10))
    const [comment] = composeReview([finding('a'), ...others], receipt()).comments
    const named = comment?.body.match(/`src\/till\.py:\d+`/g)?.length ?? 0
    expect(named).toBeLessThan(10)
    expect(comment?.body).toContain(`and ${30 - named} further places.`)
  })

  test('says nothing of what was merged into another one', () => {
    const [comment] = composeReview([finding('z'), mergedAt('b', 'src/till.py', 9)], receipt()).comments
    expect(comment?.body).not.toContain('The same at')
  })
})
