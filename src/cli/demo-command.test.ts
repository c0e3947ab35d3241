import { expect, test } from 'vitest'
import { runDemo } from './demo-command.ts'

const { signal } = new AbortController()

test('the demo runs as a process of its own, and its exit code is ours', async () => {
  expect(await runDemo(['--help'], signal)).toBe(0)
  expect(await runDemo(['--no-such-option'], signal)).toBe(1)
})

test('an abort ends it', async () => {
  expect(await runDemo(['--once'], AbortSignal.abort())).toBe(1)
})
