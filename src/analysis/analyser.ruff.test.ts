import { beforeAll, describe, expect, test, vi } from 'vitest'
import { openRuff } from './analyser.ruff.ts'
import { analyserContract, changedFile, checkAll, markedLines, placed } from './analyser.contract.ts'
import { defaultLimits } from './limits.ts'

const never = new AbortController().signal

async function check(source: string): Promise<string[]> {
  const path = 'app/shop.py'
  const found = await checkAll(openRuff(), new Map([[path, source]]))
  return found.get(path) ?? []
}

analyserContract({
  open: openRuff,
  mistake: {
    path: 'app/total.py',
    source: 'def total(items):\n    return sum(itms)  # <-- here\n',
  },
  clean: {
    path: 'app/clean.py',
    source: [
      'import sqlite3',
      '',
      '',
      'def find(db: sqlite3.Connection, name: str, seen=None):',
      '    seen = set() if seen is None else seen',
      '    rows = db.execute("SELECT id FROM users WHERE name = ?", (name,))',
      '    return [row[0] for row in rows if row[0] not in seen]',
      '',
    ].join('\n'),
  },
  uncovered: 'app/total.rb',
})

/** Rule, snippet with the mistake marked, and rules that rightly name the same line too. */
const mistakes: readonly [rule: string, source: string, ...more: string[]][] = [
  ['F821', 'print(totl)  # <-- here'],
  ['B006', 'def add(item, basket=[]):  # <-- here\n    basket.append(item)\n    return basket'],
  ['F601', 'prices = {\n    "tea": 1,\n    "milk": 2,\n    "tea": 3,  # <-- here\n}'],
  ['PLR0124', 'def same(a, b):\n    return a == a  # <-- here'],
  ['PLW0177', 'def missing(value):\n    return value == float("nan")  # <-- here'],
  ['F632', 'def empty(text):\n    return text is ""  # <-- here'],
  ['F631', 'def check(x):\n    assert (x > 0, "positive")  # <-- here'],
  ['PLW0133', 'def check(x):\n    if x < 0:\n        ValueError("negative")  # <-- here\n    return x'],
  ['B909', 'def prune(items):\n    for item in items:\n        items.remove(item)  # <-- here'],
  [
    'B012',
    'def read(file):\n    try:\n        return file.read()\n    finally:\n        return None  # <-- here',
  ],
  ['F507', 'print("%s and %s" % ("tea",))  # <-- here'],
  [
    'B023',
    'def actions():\n    done = []\n    for i in range(3):\n        done.append(lambda: i)  # <-- here\n    return done',
  ],
  [
    'S608',
    'def find(db, name):\n    return db.execute(f"SELECT id FROM users WHERE name = \'{name}\'")  # <-- here',
  ],
  ['S602', 'import subprocess\nsubprocess.run("ls " + name, shell=True)  # <-- here', 'F821'],
  ['S307', 'def compute(text):\n    return eval(text)  # <-- here'],
  ['S506', 'import yaml\n\n\ndef read(file):\n    return yaml.load(file, yaml.Loader)  # <-- here'],
  ['S501', 'import requests\n\nrequests.get("https://a.b", verify=False, timeout=5)  # <-- here'],
  ['ASYNC251', 'import time\n\n\nasync def wait():\n    time.sleep(1)  # <-- here'],
  ['RUF006', 'import asyncio\n\n\nasync def go(work):\n    asyncio.create_task(work())  # <-- here'],
  [
    'B008',
    'import datetime\n\n\ndef log(text, at=datetime.datetime.now()):  # <-- here\n    print(text, at)',
  ],
]

describe('mistakes', () => {
  const pathOf = (source: string): string =>
    `app/case_${mistakes.findIndex((mistake) => mistake[1] === source)}.py`
  let found: ReadonlyMap<string, string[]>
  beforeAll(async () => {
    found = await checkAll(openRuff(), new Map(mistakes.map(([, source]) => [pathOf(source), source])))
  })

  test.each(mistakes)('%s is found on its line', (rule, source, ...more) => {
    const [line] = markedLines(source)
    expect(found.get(pathOf(source))).toEqual([rule, ...more].map((name) => `${name}@${line}`))
  })
})

test('code that looks like a mistake and is none gives nothing', async () => {
  const harmless = new Map([
    ['shell.py', 'import os\n\nos.system("ls")\n'],
    ['depends.py', 'from web import Depends, user\n\n\ndef page(who=Depends(user)):\n    return who\n'],
    ['unused.py', 'import os\n'],
    ['assertion.py', 'def check(x):\n    assert x\n'],
    ['{{ name }}/setup.py', 'name = {{ name }}\n'],
  ])
  const found = await checkAll(openRuff(), harmless)
  expect([...found.values()].flat()).toEqual([])
})

test('a test file may do what would be dangerous elsewhere', async () => {
  const source = 'def test_eval():\n    assert eval("1 + 1") == 2\n'
  const found = await checkAll(
    openRuff(),
    new Map(['tests/test_eval.py', 'app/eval.py'].map((path) => [path, source])),
  )
  expect(Object.fromEntries(found)).toEqual({ 'tests/test_eval.py': [], 'app/eval.py': ['S307@2'] })
})

test('comments that switch the linter off have no power', async () => {
  const found = await checkAll(
    openRuff(),
    new Map([
      ['ruff.py', '# ruff: noqa\nprint(one)\n'],
      ['flake8.py', '# flake8: noqa\nprint(one)\n'],
      ['line.py', '# a comment\nprint(one)  # noqa\n'],
      ['code.py', '# a comment\nprint(one)  # NoQA: F821\n'],
      ['range.py', '# ruff: disable[F821]\nprint(one)\n# ruff: enable[F821]\n'],
    ]),
  )
  expect([...found.values()]).toEqual([...found.values()].map(() => ['F821@2']))
})

test('a name that is missing many times is said once', async () => {
  expect(await check('print(one)\nprint(one)\nprint(two)\n')).toEqual(['F821@1', 'F821@3'])
})

test('a syntax error that the change brought is one finding', async () => {
  expect(await check('def f(:\n    return 1\nprint(x\n')).toEqual(['syntax-error@1'])
})

test('a bracket that is never closed is shown on the last line of code', async () => {
  expect(await check('x = 1\nprint(x\n\n\n')).toEqual(['syntax-error@2'])
})

test('a file that did not parse before gives nothing on other lines', async () => {
  const before = 'print "old"\n\n\n\n\n\nx = 1\n'
  const { findings } = await openRuff().analyse(
    [changedFile('old.py', before.replace('x = 1', 'x = y'), before)],
    never,
  )
  expect(findings).toEqual([])
})

test('a problem over several lines is cut to its hunk', async () => {
  const query = [
    'def find(db, name):',
    '    return db.execute(',
    '        "SELECT id "',
    '        "FROM users "',
  ]
  const before = [...query, '        "WHERE 1"', '    )', ''].join('\n')
  const after = [...query, '        f"WHERE name = \'{name}\'"', '    )', ''].join('\n')
  const { findings } = await openRuff().analyse([changedFile('db.py', after, before)], never)
  // The text of the statement stands on lines 3 to 5; line 5 was changed.
  expect(placed(findings)).toEqual(['S608@3-5'])
})

test('files that break the linter or hold it up are named, and the others are read', async () => {
  const files = [
    changedFile('deep.py', `x = ${'['.repeat(100_000)}`),
    changedFile('slow.py', `x = ${'"a" '.repeat(240_000)}`),
    changedFile('nul.py', '\0'.repeat(1000)),
    changedFile('line.py', `x = "${'a'.repeat(900_000)}"`),
    changedFile('last.py', 'print(one)\n'),
  ]
  const { findings, unread } = await openRuff({ ...defaultLimits, fileTimeoutMs: 5000 }).analyse(files, never)
  expect(unread).toEqual([
    { path: 'deep.py', reason: 'the linter broke on it' },
    { path: 'slow.py', reason: 'the linter took too long' },
  ])
  expect(findings.map(({ path, rule }) => `${path} ${rule}`)).toEqual(['nul.py syntax-error', 'last.py F821'])
})

test('an abort ends a file that holds the linter up', async () => {
  const controller = new AbortController()
  const work = openRuff().analyse(
    [changedFile('slow.py', `x = ${'"a" '.repeat(240_000)}`)],
    controller.signal,
  )
  const start = performance.now()
  setTimeout(() => controller.abort(new Error('enough')), 300)
  await expect(work).rejects.toThrow('enough')
  // Without the abort this file takes ruff more than half a minute.
  expect(performance.now() - start).toBeLessThan(8000)
  await vi.waitFor(() => expect(process.getActiveResourcesInfo()).not.toContain('ProcessWrap'))
})
