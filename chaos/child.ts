import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync } from 'node:fs'

/** A process of the product: struck and started again as often as it takes. */
export interface Child {
  start(): void
  /** SIGKILL: it does nothing more, not even close its connections. Resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM: it finishes or hands back its work. Resolves when it is gone; rejects, and kills it, when that takes too long. */
  end(): Promise<void>
  /** SIGSTOP: it stays, and does nothing, until it is thawed. */
  freeze(): void
  thaw(): void
}

export interface ChildOptions {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** What it prints is appended here. */
  readonly logFile: string
  /** It ended, and nobody asked it to: its store was away when it started, or it has a fault. */
  readonly onEnded: (how: number | string) => void
}

/** Longer than its grace for work under way, and a time in which it was frozen. */
const LONGEST_END_MS = 60_000
/** A supervisor's patience with a process that ended by itself. */
const START_AGAIN_MS = 1_000

/** Starts nothing yet. What ends by itself is started again, as any supervisor would. */
export function createChild({ args, env, logFile, onEnded }: ChildOptions): Child {
  let child: ChildProcess | undefined
  let isWanted = false
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null

  function start(): void {
    isWanted = true
    if (isRunning()) return
    const log = openSync(logFile, 'a')
    const started = spawn(process.execPath, args, { env, stdio: ['ignore', log, log] })
    closeSync(log)
    child = started
    started.once('exit', (code, signal) => {
      if (!isWanted || child !== started) return
      onEnded(code ?? signal ?? 'unknown')
      setTimeout(() => isWanted && start(), START_AGAIN_MS)
    })
  }

  /** Resolves when it is gone. */
  async function signal(name: NodeJS.Signals): Promise<void> {
    isWanted = false
    if (!child || !isRunning()) return
    const gone = once(child, 'exit')
    child.kill(name)
    await gone
  }

  return {
    start,
    kill: () => signal('SIGKILL'),
    end: async () => {
      const ending = child
      let isLate = false
      const late = setTimeout(() => {
        isLate = true
        ending?.kill('SIGKILL')
      }, LONGEST_END_MS)
      await signal('SIGTERM')
      clearTimeout(late)
      if (isLate) throw new Error(`it did not end within ${LONGEST_END_MS} ms of SIGTERM`)
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  }
}
