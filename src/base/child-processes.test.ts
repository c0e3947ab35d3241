import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, getPriority } from 'node:os'
import { expect, test } from 'vitest'
import { goBehind } from './child-processes.ts'

test('a child goes behind this process, and one that has ended is let be', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' })
  goBehind(child.pid)
  expect(getPriority(child.pid)).toBe(constants.priority.PRIORITY_BELOW_NORMAL)
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  goBehind(child.pid)
  goBehind(undefined)
})
