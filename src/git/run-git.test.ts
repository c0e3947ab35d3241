import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { isAbort, PermanentError } from '../base/errors.ts'
import { packageRoot } from '../base/package-root.ts'
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
  const server = await openSilentServer(() => controller.abort())
  const running = runGit(['ls-remote', server.url], { folder }, controller.signal)
  await expect(running).rejects.toSatisfy(isAbort)
  await server.left
})

test.each([
  ['that ends before git does', 'process.on("SIGTERM", () => process.exit(1))', 'SIGTERM', [1, null]],
  ['that crashes', 'process.on("SIGTERM", () => { throw new Error("crash") })', 'SIGTERM', [1, null]],
  ['whose terminal is closed', '', 'SIGHUP', [null, 'SIGHUP']],
] as const)('a process %s leaves no git behind, and no helper', async (_, ending, told, ended) => {
  const server = await openSilentServer(() => child.kill(told))
  const program = pathToFileURL(path.join(packageRoot, 'dist/src/git/run-git.js')).href
  const script = `
    import { runGit } from ${JSON.stringify(program)}
    ${ending}
    await runGit(['ls-remote', '${server.url}'], { folder: '.' }, new AbortController().signal)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })
  expect(await once(child, 'exit')).toEqual(ended)
  await server.left
})

/** Listens, answers nothing, and tells when its first client has left. */
async function openSilentServer(onRequest: () => void): Promise<{ url: string; left: Promise<unknown> }> {
  const server = createServer(onRequest).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const left = once(server, 'connection').then(([socket]: Socket[]) => socket && once(socket, 'close'))
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
  return { url: `http://127.0.0.1:${port}/a.git`, left }
}
