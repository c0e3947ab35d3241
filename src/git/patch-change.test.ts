import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { isAbort, PermanentError } from '../base/errors.ts'
import { readPatchChange } from './patch-change.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-patch-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const { signal } = new AbortController()
const patch = 'diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old\n+new\n'
const empty = Readable.from([])

test('a patch file is a change whose files have hunks alone', async () => {
  const file = path.join(folder, 'fix.patch')
  writeFileSync(file, patch)
  const change = await readPatchChange(file, empty, signal)
  expect(change).toMatchObject({ name: 'fix.patch', complete: true, files: [{ diff: { path: 'x.py' } }] })
  expect(change.files[0]).not.toHaveProperty('content')
})

test('a patch may come in by the standard input, in pieces', async () => {
  const pieces = Readable.from([Buffer.from(patch.slice(0, 30)), Buffer.from(patch.slice(30))])
  const change = await readPatchChange('-', pieces, signal)
  expect(change.files.map(({ diff }) => diff.hunks.length)).toEqual([1])
})

test('an empty patch is an empty change', async () => {
  expect((await readPatchChange('-', Readable.from([]), signal)).files).toEqual([])
})

test('what is no patch is refused', async () => {
  const text = Readable.from([Buffer.from('hello\n')])
  await expect(readPatchChange('-', text, signal)).rejects.toBeInstanceOf(PermanentError)
})

test('a file that is not there, or a folder, is a clear error', async () => {
  const missing = readPatchChange(path.join(folder, 'missing.patch'), empty, signal)
  await expect(missing).rejects.toThrow('missing.patch could not be read')
  await expect(readPatchChange(folder, empty, signal)).rejects.toBeInstanceOf(PermanentError)
})

test('an endless input is refused at the bound', async () => {
  const endless = new Readable({
    read() {
      this.push(Buffer.alloc(1_000_000))
    },
  })
  await expect(readPatchChange('-', endless, signal)).rejects.toMatchObject({
    cause: new PermanentError('is larger than 100 MB'),
  })
})

test('an abort ends the wait for an input that does not come', async () => {
  const controller = new AbortController()
  const reading = readPatchChange('-', new PassThrough(), controller.signal)
  controller.abort()
  await expect(reading).rejects.toSatisfy(isAbort)
})
