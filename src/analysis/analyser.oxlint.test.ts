import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { analyserContract, changedFile, checkAll, markedLines, placed } from './analyser.contract.ts'
import { openOxlint } from './analyser.oxlint.ts'

const never = new AbortController().signal

async function check(source: string, name = 'src/shop.ts'): Promise<string[]> {
  const found = await checkAll(openOxlint(), new Map([[name, source]]))
  return found.get(name) ?? []
}

analyserContract({
  open: openOxlint,
  mistake: {
    path: 'src/total.ts',
    source: [
      'export function countDown(from: number): number[] {',
      '  const steps: number[] = []',
      '  for (let step = from; step > 0; step++) steps.push(step) // <-- here',
      '  return steps',
      '}',
      '',
    ].join('\n'),
  },
  clean: {
    path: 'src/clean.tsx',
    source: [
      `import type { Db } from './db.ts'`,
      '',
      'export async function names(db: Db, ids: readonly number[]): Promise<string[]> {',
      '  const rows = await Promise.all(ids.map((id) => db.query("SELECT name FROM users WHERE id = $1", [id])))',
      '  for (let i = 0; i < rows.length; i++) if (Number.isNaN(rows[i].id)) throw new Error(`no row ${i}`)',
      '  return rows.map(({ name }) => name)',
      '}',
      '',
      'export const List = ({ names }: { names: string[] }) => <ul>{names.map((name) => <li key={name}>{name}</li>)}</ul>',
      '',
    ].join('\n'),
  },
  uncovered: 'src/types.d.ts',
})

/** Rule, snippet with the mistake marked, and rules that rightly name the same line too. */
const mistakes: readonly [rule: string, source: string, ...more: string[]][] = [
  ['use-isnan', 'export const isMissing = (x) => x === NaN // <-- here'],
  ['no-self-compare', 'export const same = (a, b) => a === a // <-- here'],
  ['no-dupe-keys', 'export const prices = {\n  tea: 1,\n  milk: 2,\n  tea: 3, // <-- here\n}'],
  ['no-constant-condition', 'export function f() {\n  if (true) { // <-- here\n    return 1\n  }\n}'],
  ['no-constant-binary-expression', 'export const f = (a) => !a == null // <-- here'],
  [
    'no-cond-assign',
    'export function f(a, b) {\n  if ((a = b)) return 1\n  if (a = 1) return a // <-- here\n}',
  ],
  ['no-unreachable', 'export function f() {\n  return 1\n  g() // <-- here\n}\nfunction g() {}'],
  ['no-const-assign', 'const limit = 1\nexport function raise() {\n  limit = 2 // <-- here\n}'],
  ['no-unsafe-optional-chaining', 'export const f = (a) => (a?.b).c // <-- here'],
  [
    'no-duplicate-case',
    'export function f(a) {\n  switch (a) {\n    case 1: return 1\n    case 1: return 2 // <-- here\n  }\n}',
  ],
  [
    'no-unsafe-finally',
    'export function f(g) {\n  try {\n    g()\n  } finally {\n    return 1 // <-- here\n  }\n}',
  ],
  ['valid-typeof', `export const f = (a) => typeof a === 'strnig' // <-- here`],
  ['array-callback-return', 'export const f = (a) => a.map((x) => { x.go() }) // <-- here'],
  ['no-eval', 'export const f = (text) => eval(text) // <-- here'],
  ['no-new-func', 'export const f = (text) => new Function(text) // <-- here'],
  [
    'no-async-promise-executor',
    'export const f = (g) => new Promise(async (done) => done(await g())) // <-- here',
  ],
  ['oxc/missing-throw', `export function f() {\n  new Error('no') // <-- here\n}`],
  ['oxc/bad-min-max-func', 'export const clamp = (x) => Math.min(Math.max(100, x), 0) // <-- here'],
  [
    'lorgnette/loop-bounds',
    'export function sum(items) {\n  let sum = 0\n  for (let i = 0; i <= items.length; i++) { // <-- here\n    sum += items[i].price\n  }\n  return sum\n}',
  ],
  ['lorgnette/map-parse-int', 'export const f = (texts) => texts.map(parseInt) // <-- here'],
  [
    'lorgnette/async-callback',
    'export function f(items, save) {\n  items.forEach(async (item) => { // <-- here\n    await save(item)\n  })\n}',
  ],
  [
    'lorgnette/async-callback',
    'export const f = (items, ok) => items.filter(async (item) => await ok(item)) // <-- here',
  ],
  [
    'lorgnette/missing-await',
    'async function save(x) {}\nexport async function f(x) {\n  save(x) // <-- here\n}',
  ],
  [
    'lorgnette/missing-await',
    'const isFree = async (x) => x > 1\nexport function f(x) {\n  if (isFree(x)) return 1 // <-- here\n}',
  ],
  [
    'lorgnette/missing-await',
    'async function load() {\n  return { name: 1 }\n}\nexport async function f() {\n  const user = load() // <-- here\n  return user.name\n}',
  ],
  [
    'lorgnette/missing-await',
    'export class A {\n  async load() {}\n  async run() {\n    this.load() // <-- here\n  }\n}',
  ],
  [
    'lorgnette/missing-await',
    'async function load() {}\nexport async function f() {\n  try {\n    return load() // <-- here\n  } catch {\n    return 1\n  }\n}',
  ],
  [
    'lorgnette/sql-from-text',
    "export const f = (db, name) => db.query(`SELECT id FROM users WHERE name = '${name}'`) // <-- here",
  ],
  [
    'lorgnette/sql-from-text',
    `export const f = (db, id) => db.query('DELETE FROM users WHERE id = ' + id) // <-- here`,
  ],
  [
    'lorgnette/command-from-text',
    `import { exec } from 'node:child_process'\nexport const f = (name) => exec('ls ' + name) // <-- here`,
  ],
  [
    'lorgnette/html-from-text',
    'export function f(node, name) {\n  node.innerHTML = `<b>${name}</b>` // <-- here\n}',
  ],
  [
    'lorgnette/guessable-secret',
    'export const f = () => {\n  const resetToken = Math.random().toString(36) // <-- here\n  return resetToken\n}',
  ],
  ['lorgnette/unchecked-certificate', 'export const options = { rejectUnauthorized: false } // <-- here'],
]

describe('mistakes', () => {
  const nameOf = (source: string): string =>
    `src/case-${mistakes.findIndex((mistake) => mistake[1] === source)}.js`
  let found: ReadonlyMap<string, string[]>
  beforeAll(async () => {
    found = await checkAll(openOxlint(), new Map(mistakes.map(([, source]) => [nameOf(source), source])))
  })

  test.each(mistakes)('%s is found on its line', (rule, source, ...more) => {
    const [line] = markedLines(source)
    expect(found.get(nameOf(source))).toEqual([rule, ...more].map((name) => `${name}@${line}`))
  })
})

test('code that looks like a mistake and is none gives nothing', async () => {
  const harmless = [
    'export const f = (db, id) => db.query(`SELECT id FROM users WHERE id = $${id}`)',
    'export const f = (sql, id) => sql`SELECT id FROM users WHERE id = ${id}`',
    'export const f = (db) => db.query(`SELECT id FROM ${TABLE} WHERE id = 1`)',
    'export const f = (name) => `select ${name} from the list`',
    'export const f = (pattern, text) => pattern.exec(`a ${text}`)',
    'async function save() {}\nexport function f() {\n  save().catch(console.error)\n}',
    'async function save() {}\nexport async function f() {\n  void save()\n}',
    'async function load() {}\nexport async function f() {\n  const a = load()\n  const b = load()\n  return await Promise.all([a, b])\n}',
    'async function load() {}\nexport async function f() {\n  const a = load()\n  return (await a).name\n}',
    'async function main() {}\nmain()',
    'export async function f(make, done) {\n  done()\n  return make(1).length\n}',
    'export function f(a) {\n  for (let i = 1; i <= a.length; i++) console.log(a[i - 1])\n}',
    'export const isNaN = (x) => x !== x',
    'export const colour = Math.random()',
    'export function f() {\n  while (true) if (Math.random() > 0.5) return\n}',
    'export const f = (a) => a && a.go()',
    'function f(a) {\n  a && a.go()\n  return __VERSION__ + $state + window.name + process.pid\n}\nf()',
    '// @flow\nexport const f = (a: number) => a\n',
  ]
  const found = await checkAll(
    openOxlint(),
    new Map(harmless.map((source, index) => [`src/${index}.js`, source])),
  )
  expect([...found.entries()].filter(([, findings]) => findings.length > 0)).toEqual([])
})

test('names that exist nowhere are found in JavaScript, once each; TypeScript has its own check', async () => {
  const source = 'export const total = (items) => sum(itms) + sum(items)\n'
  expect(await check(source, 'a.js')).toEqual(['no-undef@1', 'no-undef@1'])
  expect(await check(source, 'a.ts')).toEqual([])
})

test('comments that switch the linter off have no power', async () => {
  const found = await checkAll(
    openOxlint(),
    new Map([
      ['file.js', '/* oxlint-disable */\ndebugger\n'],
      ['eslint.js', '/* eslint-disable no-debugger */\ndebugger\n'],
      ['next.js', '// oxlint-disable-next-line\ndebugger\n'],
      ['line.js', '\ndebugger // eslint-disable-line no-debugger -- I know\n'],
    ]),
  )
  expect([...found.values()]).toEqual([...found.values()].map(() => ['no-debugger@2']))
})

test('a syntax error that the change brought is one finding', async () => {
  expect(await check('export const a = {\n  b: 1\n  c: 2,\n}\nexport const = 3\n')).toEqual([
    'syntax-error@3',
  ])
  expect(await check('export function f() {\n  return 1\n\n\n')).toEqual(['syntax-error@2'])
})

test('lines are counted right behind characters of several bytes', async () => {
  expect(await check(`const a = '🙂🙂🙂äöü'\n\n/* 漢字\n漢字 */ debugger\nexport { a }\n`)).toEqual([
    'no-debugger@4',
  ])
})

describe('hostile pull requests', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lorgnette-test-'))
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true, force: true })
  })

  test('a configuration of the repository neither runs nor switches rules off', async () => {
    const proof = path.join(folder, 'ran')
    const plugin = `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(proof)}, '')\nexport default { meta: { name: 'p' }, rules: {} }\n`
    const config = JSON.stringify({ jsPlugins: ['./plugin.js'], rules: { 'no-debugger': 'off' } })
    const files = [
      changedFile('plugin.js', plugin),
      changedFile('.oxlintrc.json', config),
      changedFile('oxlint.config.ts', plugin),
      changedFile('a.js', 'debugger\n'),
    ]
    const { findings } = await openOxlint().analyse(files, never)
    expect(findings.map(({ path: name, rule }) => `${name} ${rule}`)).toEqual(['a.js no-debugger'])
    expect(existsSync(proof)).toBe(false)
  })

  test('paths are no file names: nothing is written outside of the fresh folder, and nothing stays behind', async () => {
    vi.stubEnv('TMPDIR', folder)
    const files = ['../../evil.js', '/etc/evil.js', '-c.js', 'a b\n.js'].map((name) =>
      changedFile(name, 'debugger\n'),
    )
    const { findings } = await openOxlint().analyse(files, never)
    expect(findings).toHaveLength(4)
    expect(await readdir(folder)).toEqual([])
  })

  test('files that break the linter are named, and the others are read', async () => {
    const files = [
      changedFile('1.js', 'debugger\n'),
      changedFile('deep.js', `x = ${'['.repeat(9_000).concat('\n').repeat(11)}`),
      changedFile('2.js', 'debugger\n'),
      changedFile('minified.js', `x = "${'a'.repeat(10_001)}"; debugger\n`),
      changedFile('nested.jsx', '<a>\n'.repeat(20_000)),
      changedFile('3.js', 'debugger\n'),
    ]
    const { findings, unread } = await openOxlint().analyse(files, never)
    expect(findings.map(({ path: name }) => name)).toEqual(['1.js', '2.js', '3.js'])
    expect(unread.map(({ path: name }) => name).toSorted()).toEqual(['deep.js', 'minified.js', 'nested.jsx'])
  })

  test('an abort kills the child and removes the copies', async () => {
    vi.stubEnv('TMPDIR', folder)
    const controller = new AbortController()
    const files = Array.from({ length: 40 }, (_, index) =>
      changedFile(`${index}.js`, 'debugger\n'.repeat(20_000)),
    )
    const work = openOxlint().analyse(files, controller.signal)
    setTimeout(() => controller.abort(new Error('enough')), 150)
    await expect(work).rejects.toThrow('enough')
    expect(await readdir(folder)).toEqual([])
    await vi.waitFor(() => expect(process.getActiveResourcesInfo()).not.toContain('ProcessWrap'))
  })
})

test('a finding says in our words how it fails', async () => {
  const { findings } = await openOxlint().analyse(
    [changedFile('a.js', 'if (x === NaN) x = 1\nvar x\n')],
    never,
  )
  expect(placed(findings)).toEqual(['use-isnan@1'])
  expect(findings[0]).toMatchObject({
    severity: 'high',
    category: 'bug',
    title: 'Checking equality with NaN will always return false',
    explanation: expect.stringContaining('NaN is unequal to everything') as string,
  })
})
