import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/base/package-root.ts'
import { createPgliteFolder } from '../databases.ts'
import { freePort } from '../services.ts'

const program = path.join(packageRoot, 'dist/src/main.js')

let folder: string
let drop: () => Promise<void>
const running: ChildProcess[] = []
beforeEach(async () => {
  const created = await createPgliteFolder()
  folder = created.folder
  drop = created.drop
})
afterEach(async () => {
  for (const child of running.splice(0)) await stop(child, 'SIGKILL')
  await drop()
})

/** Starts the program with these settings and no others. */
function lorgnette(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  return child
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('the process has no output')
  const [out, err] = await Promise.all([text(stdout), text(stderr), once(child, 'exit')])
  return { code: child.exitCode, stdout: out, stderr: err }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

async function ready(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('not ready within 20 s')
}

describe('lorgnette start', () => {
  test('names every fault of the settings at once, and no secret', async () => {
    const { code, stderr } = await ended(
      lorgnette(['start'], {
        PORT: 'eighty',
        GITHUB_APP_ID: '12',
        LLM_MODEL: 'openai/gpt-5.6',
        GITHUB_TOKEN: 'hush-hush',
      }),
    )
    expect(code).toBe(1)
    for (const name of ['PORT', 'GITHUB_PRIVATE_KEY', 'OPENAI_API_KEY', 'GITHUB_TOKEN'])
      expect(stderr).toContain(name)
    expect(stderr).not.toContain('hush-hush')
    expect(stderr).not.toMatch(/\bat .*\.js:\d+/)
  })

  test('serves from a data folder of its own, and ends well at SIGTERM', async () => {
    const port = await freePort()
    const child = lorgnette(['start'], settings(port))
    await ready(port)
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('Lorgnette')
    const end = ended(child)
    child.kill('SIGTERM')
    expect(await end).toMatchObject({ code: 0, stderr: '' })
  })

  test('tells a second process that the data folder is taken, and by whom', async () => {
    const port = await freePort()
    const first = lorgnette(['start'], settings(port))
    await ready(port)
    const { code, stderr } = await ended(lorgnette(['start'], settings(await freePort())))
    expect(code).toBe(1)
    expect(stderr).toContain(String(first.pid))
    expect(stderr).toContain('DATABASE_URL')
    // The first is none the worse for it.
    await ready(port)
  })

  test('names the setting of a store that is away, and keeps its password', async () => {
    const url = `postgres://lorgnette:hush-hush@127.0.0.1:${await freePort()}/reviews`
    for (const command of ['start', 'migrate']) {
      const env = { ...settings(await freePort()), DATABASE_URL: url }
      const { code, stderr } = await ended(lorgnette([command], env))
      expect(code).toBe(1)
      expect(stderr).toContain('correct DATABASE_URL')
      expect(stderr).toContain('ECONNREFUSED')
      expect(stderr).not.toContain('hush-hush')
    }
  })

  test('does not trouble the doctor, who asks the running server', async () => {
    const port = await freePort()
    const server = lorgnette(['start'], settings(port))
    await ready(port)
    const beside = await ended(lorgnette(['doctor'], settings(port)))
    expect(beside.stdout).toMatch(new RegExp(`^! store: process ${server.pid} .*says that it is ready$`, 'm'))
    const elsewhere = await ended(lorgnette(['doctor'], settings(await freePort())))
    expect(elsewhere.stdout).toMatch(/^! store: .*\n {2}→ if it is not your server, stop it/m)
  })

  test('says so when the port is taken', async () => {
    const port = await freePort()
    const other = createServer().listen(port, '127.0.0.1')
    await once(other, 'listening')
    const { code, stderr } = await ended(lorgnette(['start'], settings(port)))
    other.close()
    expect(code).toBe(1)
    expect(stderr).toContain(String(port))
  })
})

function settings(port: number): Record<string, string> {
  return {
    PORT: String(port),
    GITHUB_TOKEN: 'ghp_none',
    DATA_DIR: folder,
    LOG_LEVEL: 'info',
  }
}
