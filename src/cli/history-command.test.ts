import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CapturedOutput } from '../../test/captured-output.ts'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import { readDataset } from '../eval/read-dataset.ts'
import { runHistoryCommand } from './history-command.ts'

const never = new AbortController().signal

let out: string
let repository: ScratchRepository

beforeEach(() => {
  out = mkdtempSync(path.join(tmpdir(), 'lorgnette-history-'))
  repository = openScratchRepository()
  commit('start', { 'total.py': 'RATE = 2\n' })
})
afterEach(() => {
  repository.close()
  rmSync(out, { recursive: true, force: true })
})

/** Commits these files with this message. */
function commit(message: string, files: Readonly<Record<string, string>>): void {
  for (const [file, content] of Object.entries(files)) repository.write(file, content)
  repository.git('add', '--all')
  repository.git('commit', '--quiet', '--message', message)
}

async function make(limit = 50) {
  const terminal = { stdin: Readable.from([]), stdout: new CapturedOutput(), stderr: new CapturedOutput() }
  const request = { repository: repository.folder, out, limit }
  const code = await runHistoryCommand(request, terminal, never)
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text }
}

const before = 'def mean(values):\n    total = sum(values)\n    return total / len(values)\n'
const after = 'def mean(values):\n    total = sum(values)\n    return total / len(values) if values else 0\n'

describe('a pull request of which a later fix changed lines becomes a case', () => {
  test('when it was squashed', async () => {
    commit('Show the mean (#12)\n\nOn the front page.', { 'mean.py': before })
    commit('Rename (#13)', { 'other.py': 'x = 1\n' })
    commit('fix: no values, no mean (#14)\n\nIt raised ZeroDivisionError.\n\nMore.', { 'mean.py': after })
    expect(await make()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^1 case of 3 commits, 3 pull requests and 1 fixes/) as unknown,
    })
    const { cases } = await readDataset(out, never)
    expect(cases).toMatchObject([
      {
        id: 'pr-12',
        expects: 'findings',
        change: {
          title: 'Show the mean',
          body: 'On the front page.',
          files: [{ diff: { path: 'mean.py', status: 'added' }, content: before }],
        },
        golden: [
          {
            comment: 'fix: no values, no mean (#14)\n\nIt raised ZeroDivisionError.',
            places: [{ path: 'mean.py', startLine: 3, endLine: 3 }],
          },
        ],
      },
    ])
  })

  test('whatever its file is called', async () => {
    const name = 'menü/"mean"\n.py'
    commit('Show the mean (#12)', { [name]: before })
    commit('fix: no values, no mean (#14)', { [name]: after })
    await make()
    expect((await readDataset(out, never)).cases).toMatchObject([
      { golden: [{ places: [{ path: name, startLine: 3, endLine: 3 }] }] },
    ])
  })

  test('when it was merged, and lines have moved since', async () => {
    repository.git('switch', '--quiet', '--create', 'feature')
    commit('wip', { 'mean.py': 'def mean(values):\n' })
    commit('more', { 'mean.py': before })
    repository.git('switch', '--quiet', 'main')
    repository.git(
      'merge',
      '--quiet',
      '--no-ff',
      '-m',
      'Merge pull request #7 from o/feature\n\nShow the mean',
      'feature',
    )
    commit('A licence', { 'mean.py': `# MIT\n\n${before}` })
    commit('Fix the mean of nothing', { 'mean.py': `# MIT\n\n${after}` })
    await make()
    const { cases } = await readDataset(out, never)
    expect(cases).toMatchObject([
      {
        id: 'pr-7',
        change: { title: 'Show the mean' },
        golden: [{ places: [{ path: 'mean.py', startLine: 3, endLine: 3 }] }],
      },
    ])
  })

  test('when it was reverted: all of it is the place', async () => {
    commit('Show the mean (#12)', { 'mean.py': before })
    repository.git('revert', '--no-edit', 'HEAD')
    await make()
    const { cases } = await readDataset(out, never)
    expect(cases[0]?.golden).toMatchObject([
      {
        comment: expect.stringMatching(/^Revert "Show the mean \(#12\)"/) as unknown,
        places: [{ startLine: 1, endLine: 3 }],
      },
    ])
  })
})

test('who reviews does not learn which commit mended it', async () => {
  commit('Show the mean (#12)', { 'mean.py': before })
  commit('fix: no values (#14)', { 'mean.py': after })
  await make()
  const [evalCase] = (await readDataset(out, never)).cases
  expect(JSON.stringify(evalCase?.change)).not.toContain('no values')
  const facts = readFileSync(path.join(out, 'cases', 'pr-12', 'case.json'), 'utf8')
  expect(facts).not.toContain('no values')
})

describe('nothing is made', () => {
  test.each([
    ['a fix of a comment', 'docs: fix a typo (#14)', { 'mean.py': after }],
    ['a change that is no fix', 'Zero for nothing (#14)', { 'mean.py': after }],
    ['a fix of other lines', 'fix: the rate (#14)', { 'total.py': 'RATE = 3\n' }],
    ['a fix that only adds', 'fix: say more (#14)', { 'mean.py': `${before}\n# more\n` }],
  ])('of %s', async (_what, message, files) => {
    commit('Show the mean (#12)', { 'mean.py': before })
    commit(message, files)
    const { code, stderr } = await make()
    expect(stderr).toMatch(/^no case could be made of 2 commits, 2 pull requests and [01] fixes/)
    expect(code).toBe(2)
  })

  test('of lines that came without a pull request, or of tests', async () => {
    commit('Show the mean', { 'mean.py': before })
    commit('Test the mean (#3)', { 'test_mean.py': before })
    commit('fix: no values (#14)', { 'mean.py': after, 'test_mean.py': after })
    expect((await make()).code).toBe(2)
  })

  test('where there is no repository', async () => {
    repository.close()
    expect(await make()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no folder') as unknown,
    })
  })
})

test('no more cases are made than were asked for, the newest first', async () => {
  commit('One (#1)', { 'one.py': before })
  commit('Two (#2)', { 'two.py': before })
  commit('fix: both', { 'one.py': after, 'two.py': after })
  await make(1)
  expect((await readDataset(out, never)).cases.map(({ id }) => id)).toEqual(['pr-2'])
})
