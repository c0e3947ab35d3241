import { chmodSync, mkdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import { parsePatch as referee } from 'diff'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countLines, misplacedLines } from '../../test/misplaced-lines.ts'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import type { FileDiff } from './file-diff.ts'
import { MalformedPatchError } from './malformed-patch-error.ts'
import { parseHunks, parsePatch } from './parse-patch.ts'

const rows = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `row ${from + index}\n`).join('')
const image = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])
const latin = (text: string): Buffer => Buffer.from(text, 'latin1')

/** Contents before and after the change, by path; undefined where there is no such file. */
const texts: Readonly<Record<string, readonly [string | Buffer | undefined, string | Buffer | undefined]>> = {
  'edited.ts': [rows(1, 40), rows(1, 9) + 'ten\n' + rows(11, 29) + rows(31, 40)],
  'one-line.txt': ['old\n', 'new\n'],
  'new.txt': [undefined, rows(1, 3)],
  'gone.txt': ['first of two\nlast of two\n', undefined],
  'shrunk.txt': [rows(51, 80), rows(51, 60) + rows(71, 80)],
  'renamed-before.txt': [rows(101, 110), undefined],
  'renamed after.txt': [undefined, rows(101, 110)],
  'moved/before.txt': [rows(201, 230), undefined],
  'moved/after.txt': [undefined, rows(201, 229) + 'edited while moved\n'],
  'original.txt': [rows(301, 320), rows(301, 320)],
  'copy.txt': [undefined, rows(301, 319) + 'edited in the copy\n'],
  'image.png': [image, Buffer.concat([image, image])],
  'new-image.png': [undefined, Buffer.concat([image, Buffer.of(9)])],
  'empty-new.txt': [undefined, ''],
  'filled.txt': ['', 'no longer empty\n'],
  'emptied.txt': ['full, once upon a time\n', ''],
  'crlf.txt': ['one\r\ntwo\r\nthree\r\n', 'one\r\nTWO\r\nthree\r\n'],
  'crlf-to-lf.txt': ['mixed\r\nlines\n', 'mixed\nlines\r\n'],
  'newline-lost.txt': ['kept\nlast', 'kept\nchanged last'],
  'newline-added.txt': ['x\ny', 'x\ny\n'],
  'newline-removed.txt': ['p\nq\n', 'p\nq'],
  'newline-missing-in-context.txt': ['a\nb\nc', 'A\nb\nc'],
  'looks-like-a-header.sql': [
    '-- a comment\n-- another\n@@ -1 +1 @@\n\\ No newline at end of file\n',
    '++ plus\n++ b/x\ndiff --git a/x b/x\n@@ -1 +1 @@\n-- another\n',
  ],
  'strange-ends.txt': [
    'form\ffeed\nline\u2028separator\nnext\u0085line\nbare\rreturn\n',
    'form\ffeed!\nline\u2028separator!\nnext\u0085line!\nbare\rreturn!\n',
  ],
  'latin-1.txt': [latin('gr\xfc\xdfe\nsecond\n'), latin('gr\xfc\xdfe\n\xff\xfe\nsecond\xe9\n')],
  'long-line.txt': [`${'x'.repeat(36_000)}\nshort\n`, `${'y'.repeat(36_000)}\nshort\n`],
  'with space.txt': ['1\n', '2\n'],
  'trailing space ': ['3\n', '4\n'],
  'say "hi".txt': ['5\n', '6\n'],
  'tab\there.txt': ['7\n', '8\n'],
  'line\nfeed.txt': ['9\n', '10\n'],
  'back\\slash.txt': ['11\n', '12\n'],
  'grüße/日本語.txt': ['13\n', '14\n'],
  'x b/x b/x': ['15\n', '16\n'],
  'a/b/c.txt': ['17\n', '18\n'],
  'empty with b/in its name': [undefined, ''],
}

const options = ['--find-renames', '--find-copies-harder', '--full-index'] as const
let repository: ScratchRepository
let base: string
let head: string

beforeAll(() => {
  repository = openScratchRepository()
  const { folder, git, write } = repository
  const inside = (name: string): string => path.join(folder, name)
  for (const [name, [before]] of Object.entries(texts)) if (before !== undefined) write(name, before)
  write('script.sh', 'echo\n')
  write('edited-script.sh', 'echo one\n')
  write('becomes-link', 'a file of text\n')
  write(latin('caf\xe9.txt'), 'path without UTF-8\n')
  symlinkSync('edited.ts', inside('link'))
  symlinkSync('nowhere', inside('becomes-file'))
  mkdirSync(inside('module'))
  git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`)
  base = repository.commit()

  for (const [name, [, after]] of Object.entries(texts)) {
    if (after === undefined) unlinkSync(inside(name))
    else write(name, after)
  }
  chmodSync(inside('script.sh'), 0o755)
  write('edited-script.sh', 'echo two\n')
  chmodSync(inside('edited-script.sh'), 0o755)
  rmSync(inside('becomes-link'))
  symlinkSync('elsewhere', inside('becomes-link'))
  rmSync(inside('becomes-file'))
  write('becomes-file', 'now a file\n')
  write(latin('caf\xe9.txt'), 'changed\n')
  rmSync(inside('link'))
  symlinkSync('copy.txt', inside('link'))
  git('update-index', '--cacheinfo', `160000,${'2'.repeat(40)},module`)
  head = repository.commit()
})

afterAll(() => repository.close())

/** What git itself says about the files of the change, without writing a patch. */
function listedByGit(): unknown[] {
  const counts = countedByGit()
  const words = { A: 'added', D: 'deleted', M: 'modified', T: 'modified', R: 'renamed', C: 'copied' }
  const fields = repository
    .git('diff', '--raw', '-z', ...options, base, head)
    .toString()
    .split('\0')
  const listed = []
  while (fields.length > 1) {
    const [oldMode, newMode, , , letter = ''] = (fields.shift() ?? '').slice(1).split(' ')
    const oldPath = fields.shift() ?? ''
    const name = letter.startsWith('R') || letter.startsWith('C') ? (fields.shift() ?? '') : oldPath
    const status = words[letter.charAt(0) as keyof typeof words] // git has no other letters between two commits
    listed.push({ path: name, oldPath, status, oldMode, newMode, ...counts.get(name) })
  }
  return listed
}

function countedByGit(): Map<string, object> {
  const fields = repository
    .git('diff', '--numstat', '-z', ...options, base, head)
    .toString()
    .split('\0')
  const counts = new Map<string, object>()
  while (fields.length > 1) {
    const [, added, removed, plain] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(fields.shift() ?? '') ?? []
    if (!plain) fields.shift() // a rename: the old name comes first, then the new one
    const name = plain || (fields.shift() ?? '')
    counts.set(name, { added: Number(added) || 0, removed: Number(removed) || 0, binary: added === '-' })
  }
  return counts
}

function listed(file: FileDiff): unknown {
  const none = '000000'
  const { path: name, oldPath, status, binary } = file
  return {
    path: name,
    oldPath,
    status,
    oldMode: file.oldMode ?? (status === 'added' ? none : '100644'),
    newMode: file.newMode ?? (status === 'deleted' ? none : '100644'),
    added: countLines(file.hunks, 'added'),
    removed: countLines(file.hunks, 'removed'),
    binary,
  }
}

function patch(...more: readonly string[]): Buffer {
  const dashes = more.indexOf('--')
  const [settings, paths] = dashes === -1 ? [more, []] : [more.slice(0, dashes), more.slice(dashes)]
  return repository.git('diff', ...options, ...settings, base, head, ...paths)
}

function fileNamed(name: string): FileDiff {
  const file = parsePatch(patch()).find((candidate) => candidate.path === name)
  if (!file) throw new Error(`the patch has no file ${name}`)
  return file
}

const blob = (commit: string, name: string): Buffer => repository.git('cat-file', 'blob', `${commit}:${name}`)

test('a patch of every form has the files, modes and counts that git lists', () => {
  const files = parsePatch(patch())
  expect(files.map(listed)).toEqual(listedByGit())
  expect(files.length).toBeGreaterThanOrEqual(40)
})

test('every line of every form stands where its number says, on both sides', () => {
  const text = (commit: string, name: string): string => blob(commit, name).toString()
  for (const file of parsePatch(patch()).filter(({ hunks }) => hunks.length > 0)) {
    if (file.path === 'module' || file.path.startsWith('caf')) continue // no blob; no name to ask git for
    const before = file.status === 'added' ? '' : text(base, file.oldPath)
    const after = file.status === 'deleted' ? '' : text(head, file.path)
    expect({ file: file.path, problems: misplacedLines(file.hunks, before, after) }).toEqual({
      file: file.path,
      problems: [],
    })
  }
})

test('lines are read the same without context, with much of it, and with the whole function', () => {
  for (const context of ['--unified=0', '--unified=100', '--function-context', '--inter-hunk-context=20']) {
    for (const file of parsePatch(patch(context)).filter(
      ({ hunks, path: name }) => hunks.length > 0 && name in texts,
    )) {
      const [before = '', after = ''] = [texts[file.oldPath]?.[0], texts[file.path]?.[1]]
      expect(misplacedLines(file.hunks, before.toString(), after.toString())).toEqual([])
    }
  }
})

test('the hunks are those that an independent parser finds', () => {
  // The other parser ends lines at more characters than git does, so the one file with such characters is left out.
  const text = patch('--', '.', ':!strange-ends.txt', ':!crlf*').toString()
  const ours = parsePatch(text).flatMap((file) => file.hunks)
  const theirs = referee(text).flatMap((file) => file.hunks)
  const sign = { added: '+', removed: '-', context: ' ' }
  const shape = ours.map(({ oldStart, oldLines, newStart, newLines, lines }) => ({
    // The other parser counts the place of a side without lines from 1, git from 0.
    oldStart: oldLines === 0 ? oldStart + 1 : oldStart,
    oldLines,
    newStart: newLines === 0 ? newStart + 1 : newStart,
    newLines,
    lines: lines.flatMap((line) => [
      sign[line.kind] + line.text,
      ...(line.noNewline ? ['\\ No newline at end of file'] : []),
    ]),
  }))
  expect(shape).toEqual(theirs)
})

test('a pure rename, a mode change, an empty file and a binary file have no hunks', () => {
  expect(fileNamed('renamed after.txt')).toEqual({
    path: 'renamed after.txt',
    oldPath: 'renamed-before.txt',
    status: 'renamed',
    binary: false,
    hunks: [],
  })
  expect(fileNamed('script.sh')).toMatchObject({ oldMode: '100644', newMode: '100755', hunks: [] })
  const [empty] = parsePatch(patch('--no-renames', '--', 'empty-new.txt'))
  expect(empty).toMatchObject({ path: 'empty-new.txt', status: 'added', newMode: '100644', hunks: [] })
  expect(fileNamed('image.png')).toMatchObject({ status: 'modified', binary: true, hunks: [] })
})

test('a binary patch is a binary file, and hides no file after it', () => {
  const files = parsePatch(patch('--binary'))
  expect(files.map(listed)).toEqual(parsePatch(patch()).map(listed))
})

test('links and submodules are told by their modes', () => {
  expect(fileNamed('link')).toMatchObject({ oldMode: '120000', newMode: '120000' })
  expect(fileNamed('module')).toMatchObject({ oldMode: '160000', newMode: '160000' })
})

test('a file that became a link is one modified file with both modes and the lines of both', () => {
  const file = fileNamed('becomes-link')
  expect(file).toMatchObject({ status: 'modified', oldMode: '100644', newMode: '120000' })
  expect(file.hunks.flatMap((hunk) => hunk.lines)).toEqual([
    { kind: 'removed', oldLine: 1, text: 'a file of text' },
    { kind: 'added', newLine: 1, text: 'elsewhere', noNewline: true },
  ])
})

test('a missing newline is marked on the side that misses it', () => {
  const lines = (name: string): unknown =>
    fileNamed(name)
      .hunks.flatMap((hunk) => hunk.lines)
      .slice(1)
  expect(lines('newline-added.txt')).toEqual([
    { kind: 'removed', oldLine: 2, text: 'y', noNewline: true },
    { kind: 'added', newLine: 2, text: 'y' },
  ])
  expect(lines('newline-removed.txt')).toEqual([
    { kind: 'removed', oldLine: 2, text: 'q' },
    { kind: 'added', newLine: 2, text: 'q', noNewline: true },
  ])
})

test('a carriage return belongs to the line, and not to a header that a mailer ended with one', () => {
  const [file] = parsePatch(
    'diff --git a/x b/x\r\n--- a/x\r\n+++ b/x\r\n@@ -1 +1 @@ f()\r\n-a\r\n+b\r\n\\ No newline at end of file\r\n',
  )
  expect(file).toMatchObject({ path: 'x', oldPath: 'x' })
  expect(file?.hunks[0]).toMatchObject({
    heading: 'f()',
    lines: [{ text: 'a\r' }, { text: 'b\r', noNewline: true }],
  })
})

test('bytes that are no UTF-8 become replacement characters and shift no line', () => {
  const added = fileNamed('latin-1.txt').hunks.flatMap((hunk) =>
    hunk.lines.filter((line) => line.kind === 'added'),
  )
  expect(added).toEqual([
    { kind: 'added', newLine: 2, text: '\ufffd\ufffd' },
    { kind: 'added', newLine: 3, text: 'second\ufffd' },
  ])
  expect(fileNamed('caf\ufffd.txt').hunks).toHaveLength(1)
})

test('NUL bytes that git is told to show as text are text', () => {
  const file = parsePatch(patch('--text')).find(({ path: name }) => name === 'image.png')
  expect(file).toMatchObject({ binary: false })
  const [before, after] = [blob(base, 'image.png'), blob(head, 'image.png')].map(String)
  expect(misplacedLines(file?.hunks ?? [], before ?? '', after ?? '')).toEqual([])
})

test.each(['diff.noprefix=true', 'diff.mnemonicPrefix=true', 'core.quotePath=false'])(
  'paths are the same when git is set to %s',
  (setting) => {
    const other = repository.git('-c', setting, 'diff', ...options, base, head)
    expect(parsePatch(other).map(listed)).toEqual(parsePatch(patch()).map(listed))
  },
)

test('the text of a mail or of a log around the patch is passed over', () => {
  const expected = parsePatch(patch()).map(listed)
  const mail = repository.git('format-patch', '--stdout', '--no-binary', ...options, `${base}..${head}`)
  expect(parsePatch(mail).map(listed)).toEqual(expected)
  expect(parsePatch(repository.git('show', ...options, head)).map(listed)).toEqual(expected)
})

test('two files compared by hand are a rename', () => {
  const [file] = parsePatch(repository.git('diff', `${base}:one-line.txt`, `${head}:with space.txt`))
  expect(file).toMatchObject({ oldPath: 'one-line.txt', path: 'with space.txt', status: 'renamed' })
})

test('no change is no file', () => {
  expect(parsePatch('')).toEqual([])
  expect(parsePatch('\n')).toEqual([])
  expect(parsePatch(new Uint8Array())).toEqual([])
  expect(parseHunks('')).toEqual([])
})

test('hunks without a header, as GitHub lists them, are the hunks of the whole patch', () => {
  for (const file of parsePatch(patch()).filter(({ hunks }) => hunks.length > 0)) {
    const whole = repository
      .git('diff', '--no-renames', base, head, '--', `:(literal)${file.path}`)
      .toString()
    if (file.status !== 'modified' || file.oldMode?.slice(0, 3) !== file.newMode?.slice(0, 3) || whole === '')
      continue
    const headerless = whole.slice(whole.indexOf('\n@@ ') + 1).replace(/\n$/, '')
    expect(parseHunks(headerless)).toEqual(file.hunks)
  }
})

test('an empty context line that lost its blank on the way is still a line', () => {
  expect(parseHunks('@@ -1,3 +1,3 @@\n a\n\n-b\n+c')[0]?.lines[1]).toEqual({
    kind: 'context',
    oldLine: 2,
    newLine: 2,
    text: '',
  })
})

const start = 'diff --git a/x b/x\n'
const marks = `${start}--- a/x\n+++ b/x\n`
const malformed: readonly (readonly [string, string, number])[] = [
  ['is no patch', 'hello\n', 2],
  ['has a hunk of no file', '@@ -1 +1 @@\n-a\n+b\n', 1],
  ['has a hunk after other text', `${marks}@@ -1 +1 @@\n-a\n+b\n\n@@ -9 +9 @@\n-a\n+b\n`, 8],
  ['ends in a hunk', `${marks}@@ -1,2 +1,2 @@\n-a\n+b\n`, 7],
  ['starts a file in the middle of a hunk', `${marks}@@ -1,2 +1,2 @@\n-a\n+b\n${start}`, 7],
  ['has a line more than its header counts', `${marks}@@ -1 +1 @@\n-a\n+b\n+c\n`, 7],
  ['has an added line in place of a removed one', `${marks}@@ -1,2 +1 @@\n+a\n+b\n`, 6],
  ['has a hunk header without counts', `${marks}@@ what @@\n-a\n+b\n`, 4],
  ['counts beyond all files', `${marks}@@ -1,99999999999 +1 @@\n-a\n`, 4],
  ['has a hunk without lines', `${marks}@@ -0,0 +0,0 @@\n`, 4],
  ['has a hunk before line 1', `${marks}@@ -0 +0 @@\n-a\n+b\n`, 4],
  ['has overlapping hunks', `${marks}@@ -1 +1 @@\n-a\n+b\n@@ -1 +2 @@\n-a\n+b\n`, 7],
  [
    'marks a missing newline above all lines',
    `${marks}@@ -1 +1 @@\n\\ No newline at end of file\n-a\n+b\n`,
    5,
  ],
  ['has no +++ line', `${start}--- a/x\n@@ -1 +1 @@\n-a\n+b\n`, 3],
  ['has no hunk under its names', marks, 4],
  ['names two files at once', `${start}--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n`, 1],
  ['names no file', 'diff --git a/x b/y\nold mode 100644\nnew mode 100755\n', 1],
  ['has unknown prefixes', 'diff --git old/x new/x\n--- old/x\n+++ new/x\n@@ -1 +1 @@\n-a\n+b\n', 1],
  ['has a rename to nowhere', `${start}similarity index 100%\nrename from x\n`, 1],
  ['is both new and deleted', `${start}new file mode 100644\ndeleted file mode 100644\n`, 1],
  ['has a mode that is none', `${start}old mode rwx\nnew mode 100644\n`, 1],
  ['has a field twice', `${start}old mode 100644\nold mode 100755\n`, 3],
  ['has a broken quote', `${start}--- "a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n`, 2],
  ['has a broken escape', `${start}--- "a/\\q"\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n`, 2],
  ['is a series for one file', `${start}old mode 100644\nnew mode 100755\n`.repeat(2), 4],
  ['is a combined diff', 'diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1 -1 +1 @@@\n', 1],
  ['has a merge conflict', '* Unmerged path x\n', 1],
  ['has a submodule in words', `Submodule lib ${'1'.repeat(7)}..${'2'.repeat(7)}:\n  > a commit\n`, 1],
]

test.each(malformed)('a patch that %s is refused at its line', (_, text, line) => {
  expect(() => parsePatch(text)).toThrowError(
    expect.objectContaining({ name: 'MalformedPatchError', kind: 'permanent', line }),
  )
})

test('text behind headerless hunks is refused', () => {
  expect(() => parseHunks('@@ -1 +1 @@\n-a\n+b\nand more')).toThrow(MalformedPatchError)
  expect(() => parseHunks('no hunk')).toThrow('line 1 of the patch')
})

test('a real combined diff is refused', () => {
  const { git, write } = repository
  git('checkout', '--quiet', '-b', 'other', base)
  write('edited.ts', 'theirs\n')
  repository.commit()
  git('checkout', '--quiet', '-b', 'ours', base)
  write('edited.ts', 'ours\n')
  repository.commit()
  git('merge', '--quiet', '--no-commit', '--strategy=ours', 'other')
  write('edited.ts', 'both\n')
  const merge = repository.commit()
  expect(() => parsePatch(git('show', merge))).toThrow('a combined diff of a merge')
})

test('an error never repeats the text of the patch', () => {
  expect(() => parsePatch(`${marks}@@ -1 +1 @@\n-password=hunter2\npassword=hunter2\n`)).toThrowError(
    expect.not.objectContaining({ message: expect.stringContaining('hunter2') as string }),
  )
})

const longPath = 'x/\\303\\274 '.repeat(250_000)

test.each([
  ['a patch of 20 MB', marks + `@@ -0,0 +1,400000 @@\n${`+${'x'.repeat(49)}\n`.repeat(400_000)}`],
  ['a line of 5 MB', marks + `@@ -0,0 +1 @@\n+${'x y\t"'.repeat(1_000_000)}\n`],
  ['a path of 5 MB', `diff --git "a/${longPath}" "b/${longPath}"\nold mode 100644\nnew mode 100755\n`],
  [
    '100,000 hunks',
    marks +
      Array.from({ length: 100_000 }, (_, at) => `@@ -${at * 9 + 1} +${at * 9 + 1} @@\n-a\n+b\n`).join(''),
  ],
])('%s is read in linear time', (_, text) => {
  const started = performance.now()
  expect(parsePatch(text)).toHaveLength(1)
  // A quadratic parser needs minutes for these; a linear one a fraction of a second, and more on a busy machine.
  expect(performance.now() - started).toBeLessThan(5_000)
})

test('a change of 800 files is read whole', () => {
  const names = Array.from({ length: 836 }, (_, index) => `folder ${index % 20}/file-${index}.txt`)
  const { git, write } = repository
  git('checkout', '--quiet', '--orphan', 'huge')
  git('rm', '-r', '-f', '--quiet', '.')
  for (const name of names) write(name, `${name}\nunchanged\n`)
  const before = repository.commit()
  for (const name of names) write(name, `${name} changed\nunchanged\n`)
  const after = repository.commit()
  const files = parsePatch(git('diff', before, after))
  expect(files.map((file) => file.path).toSorted()).toEqual(names.toSorted())
  expect(files.every((file) => file.hunks.length === 1)).toBe(true)
})
