import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { goBehind } from '../base/child-processes.ts'
import { PermanentError } from '../base/errors.ts'
import { packageRoot } from '../base/package-root.ts'
import type { UnreadFile } from './analyser.ts'
import type { AnalyserLimits } from './limits.ts'

export interface LinterInput {
  readonly path: string
  readonly text: string
}

/** What a linter's process says: first that it is ready, then one reply per file, in order. */
export type LinterMessage<Report> = 'ready' | { readonly report: Report } | { readonly failure: string }

export interface ProcessLinting {
  /** The program in this folder, without its ending: `ruff.process`. Programs run from the built code. */
  readonly program: string
  readonly limits: AnalyserLimits
}

/**
 * Runs a WebAssembly linter over files in a process of its own, which lives for one call.
 *
 * WebAssembly cannot be interrupted, may break on hostile text, and keeps the most memory it ever had; a process can be
 * killed at any moment and gives all of it back. A thread does not: ending one waits a second for the compiler, and
 * after five calls 600 MB stayed with us, against none. A process that a file broke is replaced for the next file.
 * Throws when the linter does not start; an abort kills it.
 */
export async function lintInProcess<Report>(
  files: readonly LinterInput[],
  { program, limits }: ProcessLinting,
  signal: AbortSignal,
): Promise<{ reports: Map<string, Report>; unread: UnreadFile[] }> {
  const reports = new Map<string, Report>()
  const unread: UnreadFile[] = []
  const runTimeout = AbortSignal.timeout(limits.runTimeoutMs)
  let linter: LinterProcess<Report> | undefined
  try {
    for (const file of files) {
      signal.throwIfAborted()
      if (runTimeout.aborted) {
        unread.push({ path: file.path, reason: 'the time for this change was used up' })
        continue
      }
      linter ??= await startProcess<Report>(program, signal)
      const fileTimeout = AbortSignal.timeout(limits.fileTimeoutMs)
      const reply = await linter.ask(file, AbortSignal.any([signal, runTimeout, fileTimeout]))
      if (typeof reply === 'object' && 'report' in reply) {
        reports.set(file.path, reply.report)
        continue
      }
      signal.throwIfAborted()
      const tooSlow = runTimeout.aborted || fileTimeout.aborted
      unread.push({
        path: file.path,
        reason: tooSlow ? 'the linter took too long' : 'the linter broke on it',
      })
      // A linter that failed in the middle of a file may be left in any state.
      await linter.end()
      linter = undefined
    }
  } finally {
    await linter?.end()
  }
  return { reports, unread }
}

interface LinterProcess<Report> {
  /** The reply; undefined when there will be none. */
  ask(file: LinterInput, signal: AbortSignal): Promise<LinterMessage<Report> | undefined>
  end(): Promise<void>
}

async function startProcess<Report>(program: string, signal: AbortSignal): Promise<LinterProcess<Report>> {
  const child = fork(path.join(packageRoot, 'dist', 'src', 'analysis', `${program}.js`), {
    // Nothing of this process is for the linter, and what a breaking linter prints is for nobody.
    env: {},
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  goBehind(child.pid)
  // A message to a process that has just broken is answered by its exit.
  child.on('error', () => undefined)
  const end = async (): Promise<void> => {
    const neverRan = child.pid === undefined
    if (neverRan || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  try {
    await nextMessage<Report>(child, signal)
  } catch (error) {
    await end()
    signal.throwIfAborted()
    throw new PermanentError(`the linter ${program} did not start`, { cause: error })
  }
  return {
    end,
    ask: async (file, fileSignal) => {
      const reply = nextMessage<Report>(child, fileSignal)
      child.send(file, () => undefined)
      try {
        return await reply
      } catch {
        return undefined
      }
    },
  }
}

/** Rejects when the process fails or ends, or at an abort. */
async function nextMessage<Report>(child: ChildProcess, signal: AbortSignal): Promise<LinterMessage<Report>> {
  const settled = new AbortController()
  const either = { signal: AbortSignal.any([signal, settled.signal]) }
  try {
    return await Promise.race([
      // Safe: only our own programs send here, and they send nothing else.
      once(child, 'message', either).then(([message]) => message as LinterMessage<Report>),
      once(child, 'exit', either).then(() => Promise.reject(new Error('the process ended'))),
    ])
  } finally {
    settled.abort()
  }
}
