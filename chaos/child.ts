import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync } from 'node:fs'

/** A process of the product: killed and started again as often as it takes. */
export interface Child {
  start(): void
  /** SIGKILL: it does nothing more, not even close its connections. Resolves when it is gone. */
  kill(): Promise<void>
  /** SIGSTOP: it stays, and does nothing, until it is thawed. */
  freeze(): void
  thaw(): void
}

/** Starts nothing yet. What it prints is appended to the file. */
export function createChild(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  logFile: string,
): Child {
  let child: ChildProcess | undefined
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null
  return {
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    start: () => {
      if (isRunning()) return
      const log = openSync(logFile, 'a')
      child = spawn(process.execPath, args, { env, stdio: ['ignore', log, log] })
      closeSync(log)
    },
    kill: async () => {
      if (!child || !isRunning()) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
