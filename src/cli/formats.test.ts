import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parsePatch } from '../diff/parse-patch.ts'
import type { Finding, Severity, Verdict } from '../review/finding.ts'
import type { Receipt } from '../review/receipt.ts'
import { formatJson, type ReviewJson } from './format-json.ts'
import { formatSarif } from './format-sarif.ts'
import { formatText } from './format-text.ts'
import type { Reviewed } from './reviewed.ts'

const patch = `diff --git a/src/cart.ts b/src/cart.ts
--- a/src/cart.ts
+++ b/src/cart.ts
@@ -9,3 +9,4 @@ function total(items) {
   const sum = add(items)
-  return sum - discount
+  const tax = sum * rate
+  return sum + tax
 }
`

const inline: Verdict = { kind: 'posted', place: 'inline' }

function finding(id: string, severity: Severity, over: Partial<Finding> = {}): Finding {
  return {
    id,
    source: { kind: 'model', model: 'openai/gpt-5.6' },
    path: 'src/cart.ts',
    anchor: { side: 'RIGHT', startLine: 10, endLine: 11 },
    severity,
    category: 'bug',
    title: 'The discount is lost',
    explanation: 'A cart with a discount pays the full price.',
    evidence: 'return sum + tax',
    confidence: 0.9,
    verdict: inline,
    fingerprint: `fingerprint-of-${id}`,
    ...over,
  }
}

const receipt: Receipt = {
  outcome: 'reviewed',
  reader: { model: 'openai/gpt-5.6', analysers: ['oxlint', 'secrets'] },
  hunks: { read: 1, 'from-cache': 0, skipped: 2, 'over-budget': 0, failed: 0 },
  files: [
    { path: 'src/cart.ts', hunks: { read: 1 } },
    { path: 'package-lock.json', hunks: { skipped: 2 }, reason: 'lock file' },
  ],
  findings: { posted: 1, merged: 0, dropped: 0 },
}

function reviewed(findings: readonly Finding[], over: Partial<Reviewed> = {}): Reviewed {
  const files = parsePatch(patch).map((diff) => ({ diff }))
  return { name: 'shop', findings, receipt, files, posted: 'not', ...over }
}

describe('text', () => {
  const text = (findings: readonly Finding[], over: Partial<Reviewed> = {}) =>
    formatText(reviewed(findings, over), { color: false })

  test('findings stand by file with their lines, then who read what', () => {
    const rule = { kind: 'analyser', analyser: 'oxlint', rule: 'no-unused' } as const
    const merged = finding('b', 'low', { source: rule, verdict: { kind: 'merged', into: 'a' } })
    expect(text([finding('a', 'high', { replacement: '  return sum + tax - discount\n' }), merged])).toBe(
      `shop: 1 high

src/cart.ts

  lines 10–11  high  bug
  The discount is lost
    10 │   const tax = sum * rate
    11 │   return sum + tax
    A cart with a discount pays the full price.
    write instead:
    +   return sum + tax - discount
    found by openai/gpt-5.6 and oxlint (no-unused)

Read by openai/gpt-5.6 and the built-in analysers (oxlint, secrets).
Read 1 of 3 hunks in 2 files, 2 skipped by rule.
Not read, or not by everyone:
  package-lock.json: lock file
`,
    )
  })

  test('a removed line is quoted from the old file', () => {
    const removed = finding('a', 'medium', { anchor: { side: 'LEFT', startLine: 10, endLine: 10 } })
    expect(text([removed])).toContain('removed line 10  medium  bug')
    expect(text([removed])).toContain('10 │   return sum - discount')
  })

  test('without a model it says so, and without findings it does not claim more than it read', () => {
    const analysed = { ...receipt, reader: { analysers: ['oxlint'] } }
    const partly = { ...analysed, hunks: { ...receipt.hunks, failed: 4, 'over-budget': 1 } }
    expect(text([], { receipt: partly })).toMatch(/^shop: no findings\n/)
    expect(text([], { receipt: partly })).toContain(
      'No model is configured: read by the built-in analysers alone (oxlint).\n' +
        'Read 1 of 8 hunks in 2 files, 2 skipped by rule, 1 over budget, 4 failed. Not everything was read.',
    )
  })

  test('a change without anything to read is named as such', () => {
    const nothing = { ...receipt, hunks: { ...receipt.hunks, read: 0, skipped: 0 }, files: [] }
    expect(text([], { receipt: nothing })).toContain('Nothing changed.')
  })

  test('tells what came of reading the change as a whole', () => {
    const wholeChange = {
      outcome: 'cut-short',
      reason: 'the model wanted to look further',
      questions: 6,
      toolCalls: 1,
      notShown: ['large.py', 'odd\u001b[31m.py'],
    } as const
    const told = text([], { receipt: { ...receipt, wholeChange } })
    expect(told).toContain(
      'Read as a whole, too (6 questions, 1 look into the files of the head). It was cut short: the model wanted to look ' +
        'further. Too much to show in it: large.py, odd',
    )
    expect(told).not.toContain('\u001b')
    const leftOut = { ...wholeChange, outcome: 'left-out', reason: 'over the money cap of the day' } as const
    expect(text([], { receipt: { ...receipt, wholeChange: leftOut } })).toContain(
      'The change was not read as a whole: over the money cap of the day.',
    )
  })

  test('findings that were kept back are told with the reason, and cut when there are many', () => {
    const refuted = (id: string) =>
      finding(id, 'low', {
        verdict: { kind: 'dropped', reason: 'refuted', detail: 'The caller checks it.' },
      })
    expect(text([refuted('a')])).toMatch(/^shop: no findings\n/)
    expect(text([refuted('a')])).toContain(
      `Kept back: 1 finding.
  src/cart.ts:10 The discount is lost
    A second look found that it does not fail: The caller checks it.
`,
    )
    const many = text(Array.from({ length: 60 }, (_, index) => refuted(String(index))))
    const told = many.split('The discount is lost').length - 1
    expect(told).toBeLessThan(30)
    expect(many).toContain(`Kept back: 60 findings.`)
    expect(many).toContain(`  and ${60 - told} more (--format json shows all)\n`)
  })

  test('what a second look confirmed is told', () => {
    const verification = { verdict: 'confirmed', reason: 'nothing guards it', claimed: 'low' } as const
    const looked = { ...verification, model: 'openai/gpt-5.6', certainty: 0.9 }
    expect(text([finding('a', 'high', { verification: looked })])).toContain(
      'found by openai/gpt-5.6, confirmed by a second look\n',
    )
    expect(text([finding('a', 'high', { verification })])).toContain(
      'found by openai/gpt-5.6, without a second look\n',
    )
  })

  test('what was not read is told by reason: files that share one are named together, and then counted', () => {
    const locked = Array.from({ length: 850 }, (_, index) => ({
      path: `${index}.lock`,
      hunks: { skipped: 1 },
      reason: 'lock file',
    }))
    const other = { path: 'image.png', hunks: {}, reason: 'binary' }
    expect(text([], { receipt: { ...receipt, files: [...locked, other] } })).toContain(
      `Not read, or not by everyone (--format json names all):
  0.lock, 1.lock, 2.lock, 3.lock, 4.lock and 845 more files: lock file
  image.png: binary
`,
    )
  })

  test('what the receipt notes is told: caps that were in the way, mistakes in settings', () => {
    const notes = ['Ignored in .lorgnette.yml: `intructions` is no setting.', 'Two\u001B[2J lines']
    const shown = text([], { receipt: { ...receipt, notes } })
    expect(shown).toContain('\nIgnored in .lorgnette.yml: `intructions` is no setting.\n')
    expect(shown).toContain('\nTwo<U+001B>[2J lines\n')
  })

  test('many reasons are cut, and the cut is shown', () => {
    const files = Array.from({ length: 100 }, (_, index) => ({
      path: `${index}.ts`,
      hunks: { failed: 1 },
      reason: `failed at line ${index}`,
    }))
    const shown = text([], { receipt: { ...receipt, files } })
    const told = shown.split('\n').filter((line) => line.includes('failed at line')).length
    expect(shown).toContain(`  and ${100 - told} more files\n`)
    expect(told).toBeLessThan(50)
  })

  test('nothing from code or model reaches the terminal as a control sequence', () => {
    const evil = '\u001B[2J\u001B]0;owned\u0007 \u202Egnirts\u202C \u0000\u009B31m\u200B\r'
    const hostile = finding('a', 'high', {
      path: `src/${evil}.ts`,
      title: evil,
      explanation: evil,
      replacement: evil,
      source: { kind: 'analyser', analyser: 'oxlint', rule: evil },
    })
    const files = [{ path: evil, hunks: { failed: 1 }, reason: evil }]
    const shown = text([hostile], { name: evil, receipt: { ...receipt, files } })
    expect(shown).toContain('<U+001B>[2J')
    // oxlint-disable-next-line no-control-regex -- exactly these must not be there
    expect(shown).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B\u202C\u202E]/)
  })

  test('the line with a credential is not repeated, whoever speaks of it', () => {
    const key = finding('a', 'critical', {
      source: { kind: 'analyser', analyser: 'secrets', rule: 'aws' },
      anchor: { side: 'RIGHT', startLine: 11, endLine: 11 },
    })
    const shown = text([key, finding('b', 'high')])
    expect(shown).toContain('line 11  critical')
    expect(shown).not.toContain('const tax')
    expect(shown).not.toContain('return sum + tax')
  })

  test('long lines and many lines are cut, and the cut is shown', () => {
    const added = Array.from({ length: 30 }, (_, index) => `+${index} ${'x'.repeat(500)}`)
    const long = `diff --git a/l.ts b/l.ts\n--- /dev/null\n+++ b/l.ts\n@@ -0,0 +1,30 @@\n${added.join('\n')}\n`
    const files = parsePatch(long).map((diff) => ({ diff }))
    const wide = finding('a', 'low', { path: 'l.ts', anchor: { side: 'RIGHT', startLine: 1, endLine: 30 } })
    const shown = text([wide], { files })
    expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThan(200)
    expect(shown).toContain('… 18 more')
  })

  test('colours are there when asked for, and only then', () => {
    const colored = formatText(reviewed([finding('a', 'high')]), { color: true })
    expect(colored).toContain('\u001B[31mhigh\u001B[39m')
    // oxlint-disable-next-line no-control-regex -- the codes themselves
    expect(colored.replaceAll(/\u001B\[\d+m/g, '')).toBe(text([finding('a', 'high')]))
  })
})

describe('JSON', () => {
  const json = (over: Reviewed) => JSON.parse(formatJson(over)) as ReviewJson // what it was made of

  test('every candidate is there with place and verdict', () => {
    const dropped = finding('b', 'low', {
      verdict: { kind: 'dropped', reason: 'quote-missing', detail: 'no such line' },
    })
    const { anchor: _, ...nowhere } = dropped
    expect(json(reviewed([finding('a', 'high'), nowhere], { posted: 'now' }))).toMatchObject({
      version: 1,
      change: 'shop',
      posted: true,
      stoodBefore: false,
      whole: true,
      findings: [
        { id: 'a', path: 'src/cart.ts', startLine: 10, endLine: 11, side: 'RIGHT', verdict: inline },
        { id: 'b', startLine: null, endLine: null, side: null, replacement: null },
      ],
      receipt,
    })
  })

  test('a review that did not read everything says so', () => {
    const partly = { ...receipt, hunks: { ...receipt.hunks, failed: 1 } }
    expect(json(reviewed([], { receipt: partly }))).toMatchObject({
      whole: false,
      posted: false,
      findings: [],
    })
  })

  test('is not said to be posted where another review stood before', () => {
    const stood = reviewed([finding('a', 'high')], { posted: 'before' })
    expect(json(stood)).toMatchObject({ posted: false, stoodBefore: true })
    expect(json(reviewed([]))).toMatchObject({ posted: false, stoodBefore: false })
  })

  test('it is one line, whatever the findings hold', () => {
    const printed = formatJson(reviewed([finding('a', 'high', { explanation: 'one\ntwo\u2028three' })]))
    expect(printed.trimEnd().split('\n')).toHaveLength(1)
  })
})

describe('SARIF', () => {
  /** The members that SARIF 2.1.0 requires of what we write, and no others than it knows. */
  const text = z.strictObject({ text: z.string().min(1) })
  const location = z.strictObject({
    physicalLocation: z.strictObject({
      artifactLocation: z.strictObject({
        uri: z.string().regex(/^(?:[A-Za-z0-9\-._~!'()*/]|%[0-9A-F]{2})+$/),
        uriBaseId: z.literal('%SRCROOT%'),
      }),
      region: z
        .strictObject({ startLine: z.int().min(1), endLine: z.int().min(1) })
        .refine(({ startLine, endLine }) => endLine >= startLine)
        .optional(),
    }),
  })
  const level = z.enum(['none', 'note', 'warning', 'error'])
  const sarif = z.strictObject({
    $schema: z.url(),
    version: z.literal('2.1.0'),
    runs: z.tuple([
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.literal('Lorgnette'),
            semanticVersion: z.string(),
            rules: z.array(
              z.strictObject({
                id: z.string(),
                shortDescription: text,
                fullDescription: text,
                defaultConfiguration: z.strictObject({ level }),
                properties: z.strictObject({
                  tags: z.array(z.string()),
                  'security-severity': z.string().optional(),
                }),
              }),
            ),
          }),
        }),
        automationDetails: z.strictObject({ id: z.string() }),
        columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
        invocations: z.tuple([
          z.strictObject({
            executionSuccessful: z.boolean(),
            exitCodeDescription: z.string().optional(),
            toolExecutionNotifications: z.array(
              z.strictObject({ level, message: text, locations: z.array(location) }),
            ),
          }),
        ]),
        results: z.array(
          z.strictObject({
            ruleId: z.string(),
            ruleIndex: z.int().min(0),
            level,
            message: text,
            locations: z.tuple([location]),
            partialFingerprints: z.record(z.string(), z.string()),
            properties: z.record(z.string(), z.unknown()),
          }),
        ),
      }),
    ]),
  })
  const run = (findings: readonly Finding[], over: Partial<Reviewed> = {}) =>
    sarif.parse(JSON.parse(formatSarif(reviewed(findings, over), '1.2.3'))).runs[0]

  test('what is said are results, each with its rule, lines and a fingerprint of its own', () => {
    const rule = { kind: 'analyser', analyser: 'ruff', rule: 'S608' } as const
    const { tool, results } = run([
      finding('a', 'critical', { source: rule, category: 'security' }),
      finding('b', 'medium', { fingerprint: 'same' }),
      finding('c', 'low', { fingerprint: 'same' }),
      finding('d', 'high', { verdict: { kind: 'dropped', reason: 'quote-missing', detail: '' } }),
    ])
    expect(tool.driver.rules.map(({ id, defaultConfiguration }) => [id, defaultConfiguration.level])).toEqual(
      [
        ['ruff/S608', 'error'],
        ['model/bug', 'warning'],
      ],
    )
    expect(tool.driver.rules[0]?.properties['security-severity']).toBe('9.5')
    expect(tool.driver.rules[1]?.properties).not.toHaveProperty('security-severity')
    expect(results.map(({ ruleId, ruleIndex, level }) => [ruleId, ruleIndex, level])).toEqual([
      ['ruff/S608', 0, 'error'],
      ['model/bug', 1, 'warning'],
      ['model/bug', 1, 'note'],
    ])
    expect(results[0]?.locations[0].physicalLocation.region).toEqual({ startLine: 10, endLine: 11 })
    expect(results.map((result) => Object.values(result.partialFingerprints))).toEqual([
      ['fingerprint-of-a:1'],
      ['same:1'],
      ['same:2'],
    ])
  })

  test.each([
    ['src/a b.ts', 'src/a%20b.ts'],
    ['c:/x#y?.ts', 'c%3A/x%23y%3F.ts'],
    ['ü/100%.ts', '%C3%BC/100%25.ts'],
    ['half \uD800.ts', 'half%20%EF%BF%BD.ts'],
  ])('the path %j is the URI %s', (path, uri) => {
    const { results } = run([finding('a', 'low', { path })])
    expect(results[0]?.locations[0].physicalLocation.artifactLocation.uri).toBe(uri)
  })

  test('a removed line is no line of the file that is scanned', () => {
    const { results } = run([finding('a', 'low', { anchor: { side: 'LEFT', startLine: 10, endLine: 10 } })])
    expect(results[0]?.locations[0].physicalLocation).not.toHaveProperty('region')
    expect(results[0]?.message.text).toContain('(at line 10 of the old file)')
  })

  test('text is neither a placeholder nor a link', () => {
    const { results } = run([finding('a', 'low', { title: 'see [here](http://evil) and {0} or [x]' })])
    expect(results[0]?.message.text).toMatch(/^see \\\[here\]\(http:\/\/evil\) and \{\{0\}\} or \[x\]\n/)
  })

  test('what was not read, and a review that was not done, are told', () => {
    const [invocation] = run([], {
      receipt: { ...receipt, outcome: 'failed', reason: 'no answer' },
    }).invocations
    expect(invocation).toMatchObject({ executionSuccessful: false, exitCodeDescription: 'no answer' })
    expect(invocation.toolExecutionNotifications.map(({ message }) => message.text)).toEqual([
      'Not read: lock file',
    ])
  })
})
