import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { vi } from 'vitest'
import { packageRoot } from '../../src/base/package-root.ts'
import { parseJson } from '../../src/base/json.ts'

/** Longer than anything takes that ends at all: a lease that runs out, a pause between attempts, a loaded machine. */
export const PATIENCE_MS = 60_000

export const PROGRAM = path.join(packageRoot, 'dist/src/main.js')

export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** The product as its users run it: a process of its own. */
export interface ProductProcess {
  readonly pid: number
  /** Where it listens; empty when it only works. */
  readonly url: string
  readonly signal: (signal: NodeJS.Signals) => void
  /** SIGKILL: it does nothing more. Resolves when it is gone. */
  readonly kill: () => Promise<void>
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  readonly log: () => readonly LogLine[]
  /** Resolves with the lines of this message once there are so many, those from before included. */
  readonly says: (message: string, times?: number) => Promise<readonly LogLine[]>
}

/** Starts `lorgnette <command>` with these settings and no others. Resolves once it works, or has ended. */
export async function startProduct(
  command: 'start' | 'serve' | 'work',
  env: Readonly<Record<string, string>>,
): Promise<ProductProcess> {
  const child = spawn(process.execPath, [PROGRAM, command], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  const ended = once(child, 'close').then(() => child.signalCode ?? child.exitCode ?? 0)
  const log = (): LogLine[] =>
    output
      .split('\n')
      .map((line) => parseJson(line) ?? { level: 'none', msg: line })
      .map((line) => line as LogLine) // written by our own logger
  const saidOf = (message: string): LogLine[] => log().filter(({ msg }) => msg === message)

  await vi.waitFor(
    () => {
      if (isRunning() && saidOf('started').length === 0)
        throw new Error(`${command} does not start: ${output}`)
    },
    { timeout: PATIENCE_MS, interval: 20 },
  )
  const [started] = saidOf('started')
  return {
    pid: child.pid ?? 0,
    url: typeof started?.['url'] === 'string' ? started['url'] : '',
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    ended,
    log,
    says: (message, times = 1) =>
      vi.waitFor(
        () => {
          const lines = saidOf(message)
          if (lines.length < times) throw new Error(`it said "${message}" ${lines.length} times:\n${output}`)
          return lines
        },
        { timeout: PATIENCE_MS, interval: 20 },
      ),
  }
}
