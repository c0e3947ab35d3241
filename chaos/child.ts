import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync } from 'node:fs'

/** A process of the product: killed and started again as often as it takes. */
export interface Child {
  start(): void
  /** SIGKILL: it does nothing more, not even close its connections. Resolves when it is gone. */
  kill(): Promise<void>
  isRunning(): boolean
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
    isRunning,
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
