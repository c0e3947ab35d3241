import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parsePatch } from 'diff'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asTokenOwner, type ApiCaller } from './api-caller.ts'
import { git } from './git.ts'
import { openGitHubEmulator, type GitHubEmulator } from './github-emulator.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { commitFiles, type FileChanges } from '../../test/commit-files.ts'

type Side = 'LEFT' | 'RIGHT'

const numbered = (count: number, change: (line: number) => string | undefined = () => undefined): string =>
  Array.from({ length: count }, (_, at) => `${change(at + 1) ?? `line ${at + 1}`}\n`).join('')

const before: FileChanges = {
  'two hunks.txt': numbered(60),
  'gone.txt': numbered(3),
  'moved from.txt': numbered(12),
  'no newline.txt': 'one\ntwo',
  'crlf.txt': 'one\r\ntwo\r\nthree\r\n',
  'signs.sql': '-- a comment\nselect 1\n',
  'return.txt': 'plain\n',
  'empty.txt': '',
  'will be a link': numbered(2),
  'deep/naïve "quotes".txt': 'a\nb\nc\n',
  'picture.bin': Buffer.from([0, 1, 2, 3]),
}

const after: FileChanges = {
  'two hunks.txt': numbered(60, (line) => ({ 5: 'five', 50: 'fifty' })[line]),
  'gone.txt': null,
  'moved from.txt': null,
  'moved to.txt': numbered(12, (line) => (line === 12 ? 'twelve' : undefined)),
  'no newline.txt': 'one\n2',
  'crlf.txt': 'one\r\n2\r\nthree\r\n',
  // In the patch these lines begin with `---`, `+++` and `@@`-like text.
  'signs.sql': '++ added\n@@ -1,1 +1,1 @@\nselect 1\n',
  'return.txt': 'plain\nwith a return\rdiff --git a/x b/x\rand more\n',
  'empty.txt': 'no longer\n',
  'will be a link': { symlink: 'two hunks.txt' },
  'deep/naïve "quotes".txt': 'a\nB\nc\n',
  'picture.bin': Buffer.from([0, 1, 2, 4]),
  'new.txt': 'quite\nnew\n',
}

let folder: string
let emulator: GitHubEmulator
let call: ApiCaller
let number: number
let patch: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'emulator-lines-'))
  const scratch = openScratchRepository()
  commitFiles(scratch, 'main', before)
  commitFiles(scratch, 'topic', after)
  patch = (await git(scratch.folder, '-c', 'core.quotePath=false', 'diff', '-M', 'main...topic')).toString()
  emulator = await openGitHubEmulator({ folder: path.join(folder, 'emulator'), contentLimits: 'off' })
  await emulator.addRepository('octo/shop', scratch.folder)
  number = await emulator.openPullRequest({ repository: 'octo/shop', head: 'topic' })
  call = asTokenOwner(emulator)
  return () => scratch.close()
})

afterAll(async () => {
  await emulator.close()
  await rm(folder, { recursive: true })
})

interface Line {
  readonly hunk: number
  readonly position: number
  readonly number: Readonly<Partial<Record<Side, number>>>
}

/** The lines of each file's hunks as the `diff` package reads them, in the order of the hunks. */
function readIndependently(): Map<string, Line[]> {
  const files = new Map<string, Line[]>()
  for (const file of parsePatch(patch)) {
    const name = file.newFileName === '/dev/null' ? file.oldFileName : file.newFileName
    const lines = files.get(name?.slice(2) ?? '') ?? []
    let position = lines.length
    for (const [hunk, { oldStart, newStart, lines: texts }] of file.hunks.entries()) {
      const next = { LEFT: oldStart, RIGHT: newStart }
      for (const text of texts) {
        if (text.startsWith('\\')) continue
        const sides: Side[] = text.startsWith('+')
          ? ['RIGHT']
          : text.startsWith('-')
            ? ['LEFT']
            : ['LEFT', 'RIGHT']
        const numbers = sides.map((side) => [side, next[side]++] as const)
        lines.push({
          hunk: files.size * 100 + hunk,
          position: position++,
          number: Object.fromEntries(numbers),
        })
      }
    }
    files.set(name?.slice(2) ?? '', lines)
  }
  return files
}

async function isAccepted(comment: object): Promise<boolean> {
  const body = { event: 'COMMENT', body: 'here', comments: [{ body: 'a comment', ...comment }] }
  const { status } = await call('POST', `/repos/octo/shop/pulls/${number}/reviews`, body)
  if (status !== 200 && status !== 422) throw new Error(`status ${status}`)
  return status === 200
}

test('a comment is accepted exactly on the lines of the hunks', async () => {
  const files = readIndependently()
  expect([...files.keys()].sort()).toEqual(
    Object.keys(after)
      .filter((name) => name !== 'moved from.txt')
      .sort(),
  )
  const accepted: string[] = []
  const expected: string[] = []
  for (const [name, lines] of files)
    for (const side of ['LEFT', 'RIGHT'] as const) {
      const allowed = new Set(lines.map((line) => line.number[side]))
      for (let line = 0; line <= Math.max(3, ...lines.map((at) => at.number[side] ?? 0)) + 2; line++) {
        const place = `${name}:${side}:${line}`
        if (allowed.has(line)) expected.push(place)
        if (await isAccepted({ path: name, line, side })) accepted.push(place)
      }
    }
  expect(accepted).toEqual(expected)
})

test('a comment of several lines is accepted exactly within one hunk, from above to below', async () => {
  const lines = readIndependently().get('two hunks.txt') ?? []
  const ends = lines.flatMap((line) =>
    (['LEFT', 'RIGHT'] as const).flatMap((side) => {
      const at = line.number[side]
      return at === undefined ? [] : [{ ...line, side, line: at }]
    }),
  )
  // Every second pair is enough: both hunks, both sides, both orders.
  for (const [index, start] of ends.entries())
    for (const end of ends.filter((_, other) => (other + index) % 2 === 0)) {
      const accepted = await isAccepted({
        path: 'two hunks.txt',
        start_line: start.line,
        start_side: start.side,
        line: end.line,
        side: end.side,
      })
      const place = `${start.side} ${start.line} to ${end.side} ${end.line}`
      const allowed = start.hunk === end.hunk && start.position < end.position
      expect(`${place}: ${accepted}`).toBe(`${place}: ${allowed}`)
    }
})

test('one wrong line refuses the whole review and does not say which', async () => {
  const reviews = (await emulator.reviews('octo/shop', number)).length
  const answer = await call('POST', `/repos/octo/shop/pulls/${number}/reviews`, {
    event: 'COMMENT',
    body: 'two',
    comments: [
      { path: 'two hunks.txt', line: 5, body: 'right' },
      { path: 'two hunks.txt', line: 30, body: 'wrong' },
    ],
  })
  expect(answer).toMatchObject({
    status: 422,
    body: { message: 'Unprocessable Entity', errors: ['Line could not be resolved'] },
  })
  expect(await emulator.reviews('octo/shop', number)).toHaveLength(reviews)
})
