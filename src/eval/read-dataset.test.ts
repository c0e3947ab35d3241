import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packageRoot } from '../base/package-root.ts'
import type { Change } from '../review/change.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { readDataset, type DatasetOptions } from './read-dataset.ts'

const never = new AbortController().signal

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-dataset-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const patch = `diff --git a/a.py b/a.py
new file mode 100644
--- /dev/null
+++ b/a.py
@@ -0,0 +1 @@
+x = 1
`
const golden = { id: 'g1', comment: 'It fails.', file: 'a.py', start_line: 1, end_line: 1 }

function write(name: string, content: unknown): void {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
}

function writeCase(id: string, expected: unknown = { expect: 'no findings' }): void {
  write(`${id}/case.json`, { title: 'A change', body: null, pr_url: 'https://github.com/o/r/pull/1' })
  write(`${id}/golden.json`, expected)
  write(`${id}/diff.patch`, patch)
}

test('a case is its change, and what a good review says', async () => {
  writeCase('one', {
    expect: 'findings',
    findings: [
      {
        ...golden,
        severity: 'High',
        profile: 'core',
        also_at: [{ file: 'b.py', start_line: 3, end_line: 4 }],
      },
    ],
    known_invalid: [{ ...golden, id: 'n1', severity: null }],
  })
  write('one/files/a.py', 'x = 1\n')
  const { cases } = await readDataset(folder, never)
  expect(cases).toMatchObject([
    {
      id: 'one',
      expects: 'findings',
      change: { title: 'A change', body: '', files: [{ diff: { path: 'a.py' }, content: 'x = 1\n' }] },
      golden: [
        {
          severity: 'high',
          profile: 'core',
          places: [
            { path: 'a.py', startLine: 1, endLine: 1 },
            { path: 'b.py', startLine: 3, endLine: 4 },
          ],
        },
      ],
      knownInvalid: [{ id: 'n1', profile: 'strict' }],
    },
  ])
  expect(cases[0]?.knownInvalid[0]).not.toHaveProperty('severity')
})

test('who reviews learns neither the answers nor where they can be looked up', async () => {
  writeCase('one', { expect: 'findings', findings: [golden] })
  const { cases } = await readDataset(folder, never)
  expect(JSON.stringify(cases[0]?.change)).not.toMatch(/It fails|pull\/1/)
})

test('with the repositories a case has the guidelines of its base, and without them none', async () => {
  const repository = openScratchRepository()
  try {
    repository.write('AGENTS.md', 'Amounts must be in cents.\n')
    const base_sha = repository.commit()
    repository.write('a.py', 'x = 1\n')
    const head_sha = repository.commit()
    writeCase('one')
    write('one/case.json', { title: 'A change', base_sha, head_sha })
    const change = async (options?: DatasetOptions): Promise<Change | undefined> =>
      (await readDataset(folder, never, options)).cases[0]?.change
    expect(await change({ repositories: repository.folder })).toMatchObject({
      guidelines: [{ source: 'AGENTS.md', text: 'Amounts must be in cents.\n' }],
    })
    expect(await change()).not.toHaveProperty('guidelines')
  } finally {
    repository.close()
  }
})

test('cases may stand in a folder of their own; those without a diff are missing, not failed', async () => {
  writeCase('cases/two')
  writeCase('cases/one')
  write('cases/three/case.json', {})
  write('index.json', [])
  expect((await readDataset(folder, never)).cases.map(({ id }) => id)).toEqual(['one', 'two'])
  expect((await readDataset(folder, never)).missing).toEqual(['three'])
  const chosen = await readDataset(folder, never, { only: ['two', 'three', 'four'] })
  expect(chosen.cases.map(({ id }) => id)).toEqual(['two'])
  expect(chosen.missing).toEqual(['three', 'four'])
})

test('a path that leads out of the case is not read', async () => {
  writeCase('one')
  write('one/secret.txt', 'x = 1\n')
  write('one/files/other.py', '')
  write('one/diff.patch', patch.replaceAll('a.py', '../secret.txt'))
  const { cases } = await readDataset(folder, never)
  expect(cases[0]?.change.files[0]).not.toHaveProperty('content')
})

test.each([
  ['golden.json', { expect: 'silence' }, /one\/golden\.json cannot be read: expect/],
  ['golden.json', { expect: 'findings', findings: [{ id: 'g1' }] }, /cannot be read: findings\.0\.file/],
  ['case.json', '{', /one\/case\.json cannot be read/],
])('a wrong %s is named, with the place', async (name, content, message) => {
  writeCase('one')
  write(`one/${name}`, content)
  await expect(readDataset(folder, never)).rejects.toThrow(message)
})

test('a folder without cases is no dataset', async () => {
  await expect(readDataset(folder, never)).rejects.toThrow('there is no case in')
  await expect(readDataset(path.join(folder, 'x'), never)).rejects.toThrow('cannot be read')
})

test('the sample that comes along fits together: diffs, files, and the lines of its golden findings', async () => {
  const { cases } = await readDataset(path.join(packageRoot, 'evals', 'sample'), never)
  expect(cases.map(({ expects }) => expects).toSorted()).toEqual(['findings', 'findings', 'no findings'])
  for (const { change, golden, knownInvalid } of cases) {
    for (const { diff, content } of change.files) {
      const shown = diff.hunks.flatMap(({ lines }) => lines.filter((line) => line.kind !== 'removed'))
      const stored = content?.split('\n')
      expect(shown.map(({ text }) => text)).toEqual(shown.map((line) => stored?.[line.newLine - 1]))
    }
    for (const { places } of [...golden, ...knownInvalid]) {
      for (const { path, startLine, endLine } of places) {
        const file = change.files.find(({ diff }) => diff.path === path)
        const added = file?.diff.hunks.flatMap(({ lines }) => lines.filter(({ kind }) => kind === 'added'))
        expect(added?.some((line) => line.kind === 'added' && line.newLine === startLine)).toBe(true)
        expect(endLine).toBeGreaterThanOrEqual(startLine)
      }
    }
  }
})
