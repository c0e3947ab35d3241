import { expect, test } from 'vitest'
import { fileCeiling } from './file-ceiling.ts'
import { readHistory } from './push-history.ts'

/** A commit of pull request 1: paths with a letter for each content, `-` for a deleted file. */
function state(push: number, files: Readonly<Record<string, string>>, lastOfPush = true): string {
  return JSON.stringify({
    repo: 'octo/shop',
    pr: 1,
    title: 'Sell more',
    push,
    last_of_push: lastOfPush,
    base_sha: 'a'.repeat(40),
    head_sha: 'b'.repeat(40),
    files: Object.entries(files).map(([path, content]) => ({
      path,
      status: content === '-' ? 'D' : 'M',
      added: 1,
      removed: 1,
      ...(content !== '-' && { sha256: content.repeat(64) }),
    })),
  })
}

function check(...states: readonly string[]): { files: number; known: number } {
  return fileCeiling(readHistory(`${states.join('\n')}\n`))
}

test('a file that an earlier push had is known, another content of it is not', () => {
  expect(check(state(1, { 'a.ts': 'a', 'b.ts': 'b' }), state(2, { 'a.ts': 'a', 'b.ts': 'c' }))).toEqual({
    files: 2,
    known: 1,
  })
})

test('the first push counts nothing, and neither does a commit that was pushed with a later one', () => {
  const states = [state(1, { 'a.ts': 'a' }), state(2, { 'a.ts': 'b' }, false), state(2, { 'a.ts': 'a' })]
  expect(check(...states)).toEqual({ files: 1, known: 1 })
})

test('what comes back after a push without it is known, and a deleted file has no content', () => {
  const states = [state(1, { 'a.ts': 'a' }), state(2, { 'a.ts': '-' }), state(3, { 'a.ts': 'a' })]
  expect(check(...states)).toEqual({ files: 1, known: 1 })
})
