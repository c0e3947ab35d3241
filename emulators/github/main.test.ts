import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { packageRoot } from '../../src/base/package-root.ts'
import { asTokenOwner } from './api-caller.ts'
import { git } from './git.ts'
import type { GitHubEmulator, GitHubEmulatorIdentity } from './emulator.ts'
import { connectGitHubEmulator } from './github-emulator-client.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { commitFiles } from '../../test/commit-files.ts'

let folder: string
let emulator: GitHubEmulator
let child: ReturnType<typeof startEmulator>

const startEmulator = () =>
  spawn(process.execPath, [path.join(packageRoot, 'dist/emulators/github/main.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'emulator-main-'))
  child = startEmulator()
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string] // what readline emits
  emulator = connectGitHubEmulator(JSON.parse(line) as GitHubEmulatorIdentity) // what main.ts prints
})

afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill()
    await once(child, 'exit')
  }
  await rm(folder, { recursive: true })
})

test('another process has the whole interface', async () => {
  const scratch = openScratchRepository()
  onTestFinished(() => scratch.close())
  commitFiles(scratch, 'main', { 'a.txt': 'a\n' })
  const head = commitFiles(scratch, 'topic', { 'a.txt': 'b\n' })
  await emulator.addRepository('octo/shop', scratch.folder)
  const number = await emulator.openPullRequest({ repository: 'octo/shop', head: 'topic', author: 'someone' })
  expect(await emulator.head('octo/shop', number)).toBe(head)
  await emulator.comment('octo/shop', number, { author: 'someone', body: 'why?', path: 'a.txt', line: 1 })
  expect(await emulator.comments('octo/shop', number)).toMatchObject([{ body: 'why?', line: 1 }])
  await emulator.fail({ kind: 'status', status: 500, path: '/pulls/1$' })
  const call = asTokenOwner(emulator)
  await expect(call('GET', '/repos/octo/shop/pulls/1')).rejects.toThrow('fault 500')
  expect((await call('GET', '/repos/octo/shop/pulls/1')).status).toBe(200)
  expect((await emulator.requests()).map(({ status }) => status)).toEqual([500, 200])
  await expect(emulator.head('octo/shop', 99)).rejects.toThrow('Not Found')
})

test('a repository can be made by a function', async () => {
  await emulator.addRepository('octo/made', async (target) => {
    await git('.', 'init', '--quiet', '--bare', target)
  })
  expect((await asTokenOwner(emulator)('GET', '/repos/octo/made')).status).toBe(200)
})

test.each(['SIGTERM', 'SIGINT', 'the end of its input'] as const)(
  'it ends, and cleans up, on %s',
  async (how) => {
    expect(existsSync(emulator.folder)).toBe(true)
    const exit = once(child, 'exit')
    if (how === 'the end of its input') child.stdin.end()
    else child.kill(how)
    expect(await exit).toEqual([0, null])
    expect(existsSync(emulator.folder)).toBe(false)
  },
)
