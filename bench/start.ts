import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { packageRoot } from '../src/base/package-root.ts'
import { createDatabase, freePort, openPostgres } from '../test/services.ts'
import { residentMegabytes } from './resident-memory.ts'
import { median } from './median.ts'

export interface StartResult {
  readonly benchmark: 'start'
  readonly shapes: readonly ShapeFigures[]
}

export interface ShapeFigures {
  readonly shape: 'embedded' | 'postgres'
  /** From the start of the process to `/readyz` saying so, on a store that is still empty. */
  readonly firstReadyMs: number
  /** The same on a used store: the median of three starts. */
  readonly readyMs: number
  /** Resident memory of the process and its children, ten seconds after a start on a used store: the median. */
  readonly idleMegabytes: number
}

const STARTS = 3
const IDLE_MS = 10_000

/** How fast `npm start` is ready, and what it takes while nothing happens. */
export async function runStart(say: (line: string) => void): Promise<StartResult> {
  const shapes: ShapeFigures[] = []
  const folder = await mkdtemp(path.join(tmpdir(), 'lorgnette-bench-start-'))
  try {
    shapes.push(await measureShape('embedded', { DATA_DIR: path.join(folder, 'data') }, say))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const service = await openPostgres(['fsync=on'])
  if (!service) throw new Error('there is no PostgreSQL on this machine')
  try {
    const { url } = await createDatabase(service.url)
    shapes.push(await measureShape('postgres', { DATABASE_URL: url }, say))
  } finally {
    await service.stop()
  }
  return { benchmark: 'start', shapes }
}

async function measureShape(
  shape: ShapeFigures['shape'],
  store: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<ShapeFigures> {
  const first = await startOnce(store, 0)
  say(`${shape}, first start: ready after ${Math.round(first.readyMs)} ms`)
  const starts: Start[] = []
  for (let start = 0; start < STARTS; start++) {
    const { readyMs, megabytes } = await startOnce(store, IDLE_MS)
    say(`${shape}: ready after ${Math.round(readyMs)} ms, ${Math.round(megabytes)} MB when idle`)
    starts.push({ readyMs, megabytes })
  }
  return {
    shape,
    firstReadyMs: Math.round(first.readyMs),
    readyMs: Math.round(median(starts.map(({ readyMs }) => readyMs))),
    idleMegabytes: Math.round(median(starts.map(({ megabytes }) => megabytes))),
  }
}

interface Start {
  readonly readyMs: number
  readonly megabytes: number
}

/** Starts the program as `npm start` does, waits until it is ready and then for `idleMs`, looks at its memory, and stops it. */
async function startOnce(store: Readonly<Record<string, string>>, idleMs: number): Promise<Start> {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [path.join(packageRoot, 'dist', 'src', 'main.js'), 'start'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: String(port),
      GITHUB_TOKEN: 'never-used',
      GITHUB_WEBHOOK_SECRET: 'a secret for the benchmark',
      ...store,
    },
  })
  try {
    await untilReady(`http://127.0.0.1:${port}/readyz`, child)
    const readyMs = performance.now() - began
    await delay(idleMs)
    return { readyMs, megabytes: residentMegabytes(child.pid ?? 0) }
  } finally {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    if (child.exitCode === null) await ended
  }
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return
    await delay(10)
  }
  throw new Error(`the program ended with ${child.exitCode} before it was ready`)
}
