import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { isAbort, PermanentError } from '../base/errors.ts'
import { runGit } from './run-git.ts'

const { signal } = new AbortController()
const folder = tmpdir()

afterEach(() => {
  vi.unstubAllEnvs()
})

test('what git says in its first line is the error', async () => {
  const failed = runGit(['rev-list', '--no-such-option'], { folder }, signal)
  await expect(failed).rejects.toThrow(/^git rev-list failed: .+$/)
  await expect(failed).rejects.toBeInstanceOf(PermanentError)
})

test('exit codes that are answers are returned', async () => {
  const args = ['config', '--file', '/dev/null', '--get', 'a.b']
  expect(await runGit(args, { folder }, signal, [1])).toMatchObject({ exitCode: 1 })
})

test('more output than agreed is an error, and not cut', async () => {
  await expect(runGit(['--help'], { folder, maxBytes: 100 }, signal)).rejects.toThrow('wrote more than')
})

test('without git the message asks for it', async () => {
  vi.stubEnv('PATH', '/nowhere')
  await expect(runGit(['--version'], { folder }, signal)).rejects.toThrow(
    'is git installed, and on the PATH?',
  )
})

test('an abort ends a git that would never end', async () => {
  const pipes = mkdtempSync(path.join(tmpdir(), 'lorgnette-pipe-'))
  const pipe = path.join(pipes, 'nobody-writes')
  execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
  const controller = new AbortController()
  const running = runGit(['hash-object', pipe], { folder }, controller.signal)
  setTimeout(() => controller.abort(), 50)
  await expect(running).rejects.toSatisfy(isAbort)
  rmSync(pipes, { recursive: true })
})

test('an abort ends the helper, too, that git leaves behind with a server that never answers', async () => {
  const controller = new AbortController()
  const server = createServer(() => controller.abort()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const left = once(server, 'connection').then(([socket]: Socket[]) => socket && once(socket, 'close'))
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
  const running = runGit(['ls-remote', `http://127.0.0.1:${port}/a.git`], { folder }, controller.signal)
  await expect(running).rejects.toSatisfy(isAbort)
  await left
  server.close()
})
