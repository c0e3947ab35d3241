import { describe, expect, test } from 'vitest'
import { checkSyntax } from '../analysis/check-syntax.ts'
import { parseHunks } from '../diff/parse-patch.ts'
import type { ChangedText } from './change.ts'
import { composeReview } from './compose-review.ts'
import type { Finding } from './finding.ts'
import { emptyReceipt } from './make-receipt.ts'
import { proveSuggestions } from './prove-suggestions.ts'
import type { Receipt } from './receipt.ts'

/** A file that the change wrote as a whole. */
function written(path: string, content: string): ChangedText {
  const lines = content.replace(/\n$/, '').split('\n')
  const patch = `@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}${
    content.endsWith('\n') ? '' : '\\ No newline at end of file\n'
  }`
  return {
    diff: { path, oldPath: path, status: 'added', binary: false, hunks: parseHunks(patch) },
    content,
  }
}

function replacing(path: string, startLine: number, endLine: number, replacement: string): Finding {
  return {
    id: 'a',
    source: { kind: 'model', model: 'openai/large' },
    path,
    anchor: { side: 'RIGHT', startLine, endLine },
    severity: 'high',
    category: 'bug',
    title: 'Fails on an empty list',
    explanation: 'An empty list → ZeroDivisionError',
    evidence: 'x',
    replacement,
    confidence: 0.9,
    fingerprint: 'f',
    verdict: { kind: 'posted', place: 'inline' },
  }
}

async function faultOf(file: ChangedText, finding: Finding): Promise<string | undefined> {
  const [proven] = await proveSuggestions([finding], [file], checkSyntax, AbortSignal.timeout(60_000))
  return proven?.replacementFault
}

const python = 'def mean(rows):\n    total = sum(rows)\n    return total / len(rows)\n'
const script = 'export function mean(rows) {\n  return sum(rows) / rows.length\n}\n'

describe('what applies and still parses is offered', () => {
  test.each([
    [
      'Python',
      written('a.py', python),
      2,
      3,
      '    if not rows:\n        return 0\n    return sum(rows) / len(rows)',
    ],
    ['JavaScript', written('a.mjs', script), 2, 2, '  return rows.length ? sum(rows) / rows.length : 0'],
    ['TypeScript', written('a.ts', 'const a: number = b()\n'), 1, 1, 'const a: number = await b()'],
    ['JSON', written('a.json', '{\n  "a": 1,\n  "b": 2\n}\n'), 2, 2, '  "a": 3,'],
    ['YAML', written('a.yml', 'on: push\njobs:\n  a: 1\n'), 3, 3, '  a: 2'],
    [
      'a language that has no parser here',
      written('a.go', 'func f() {\n\tg()\n}\n'),
      2,
      2,
      '\tif h() { g() }',
    ],
    ['the last line, which has no newline', written('a.py', 'x = 1\ny = 2'), 2, 2, 'y = 3'],
  ])('%s', async (_name, file, startLine, endLine, replacement) => {
    expect(await faultOf(file, replacing(file.diff.path, startLine, endLine, replacement))).toBeUndefined()
  })
})

describe('what would break the file is kept as text, with the reason', () => {
  test.each([
    ['Python', written('a.py', python), 3, 3, '    return total / len(rows) if rows else'],
    ['JavaScript', written('a.js', script), 2, 2, '  return return sum(rows)'],
    ['TypeScript', written('a.ts', 'const a: number = b()\n'), 1, 1, 'const a: = b()'],
    ['JSX', written('a.tsx', 'const a = <b>{c}</b>\n'), 1, 1, 'const a = <b>{c}</i>'],
    ['JSON', written('a.json', '{\n  "a": 1,\n  "b": 2\n}\n'), 2, 2, '  "a": 3'],
    ['YAML', written('a.yaml', 'a: 1\nb: 2\n'), 2, 2, 'b: 2\nb: 3'],
  ])('%s does not parse any more', async (_name, file, startLine, endLine, replacement) => {
    expect(await faultOf(file, replacing(file.diff.path, startLine, endLine, replacement))).toBe(
      'with it the file would not parse',
    )
  })

  test.each(['return 0', '\treturn 0'])('another indentation: %j', async (replacement) => {
    const finding = replacing('a.py', 3, 3, replacement)
    expect(await faultOf(written('a.py', python), finding)).toBe('its indentation is another')
    const { content: _unknown, ...withoutContent } = written('a.py', python)
    expect(await faultOf(withoutContent, finding)).toBe('its indentation is another')
  })

  test('a bracket that the lines around do not close', async () => {
    const file = written('a.go', 'func f() {\n\tg()\n}\n')
    expect(await faultOf(file, replacing('a.go', 2, 2, '\tif h() { g()'))).toMatch(/brackets/)
  })

  test('a file that is not what the diff shows', async () => {
    const file = { ...written('a.py', python), content: `# moved\n${python}` }
    expect(await faultOf(file, replacing('a.py', 3, 3, '    return 0'))).toBe(
      'the file is not as the diff shows it',
    )
  })
})

test('a file that did not parse before proves nothing against a replacement', async () => {
  const file = written('a.json', '{\n  // for people\n  "a": 1\n}\n')
  expect(await faultOf(file, replacing('a.json', 3, 3, '  "a": 2'))).toBeUndefined()
})

test('each replacement is judged by itself', async () => {
  const file = written('a.py', python)
  const good = { ...replacing('a.py', 2, 2, '    total = sum(rows) or 0'), id: 'good' }
  const bad = { ...replacing('a.py', 3, 3, '    return total /'), id: 'bad' }
  const proven = await proveSuggestions([bad, good], [file], checkSyntax, AbortSignal.timeout(60_000))
  expect(proven.map(({ id, replacementFault }) => [id, replacementFault !== undefined])).toEqual([
    ['bad', true],
    ['good', false],
  ])
})

test('what is not posted is not judged', async () => {
  const finding: Finding = {
    ...replacing('a.py', 3, 3, 'return ('),
    verdict: { kind: 'dropped', reason: 'quote-missing', detail: 'x' },
  }
  expect(await faultOf(written('a.py', python), finding)).toBeUndefined()
})

test('a comment offers a proven replacement, and shows another in a block that nothing in it closes', async () => {
  const receipt: Receipt = {
    ...emptyReceipt('skipped', ''),
    outcome: 'reviewed',
    reader: { model: 'openai/large', analysers: [] },
  }
  const bodyOf = (finding: Finding): string | undefined => composeReview([finding], receipt).comments[0]?.body
  const finding = replacing('a.md', 1, 1, '```js\nx\n```')
  expect(bodyOf(finding)).toContain('````suggestion\n```js\nx\n```\n````')
  const body = bodyOf({ ...finding, replacementFault: 'its indentation is another' })
  expect(body).not.toContain('suggestion\n')
  expect(body).toContain('its indentation is another')
  expect(body).toContain('````text\n```js\nx\n```\n````')
})
