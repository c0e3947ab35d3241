import { once } from 'node:events'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { PermanentError } from '../base/errors.ts'
import { packageRoot } from '../base/package-root.ts'
import type { UnreadFile } from './analyser.ts'
import type { AnalyserLimits } from './limits.ts'

export interface ThreadInput {
  readonly path: string
  readonly text: string
}

export interface ThreadLinting {
  /** The thread's file in this folder, without its ending: `ruff.thread`. Threads run the built code. */
  readonly thread: string
  readonly limits: AnalyserLimits
}

/** What the thread says: first that it is ready, then one reply per file, in order. */
export type ThreadMessage<Report = unknown> =
  | 'ready'
  | { readonly report: Report }
  | { readonly failure: string }

/**
 * Runs a WebAssembly linter over files in a thread of its own.
 *
 * WebAssembly cannot be interrupted, keeps the most memory it ever had, and may break on hostile text; a thread can be
 * ended at any moment, and gives all of it back. So a thread lives for one call, and is replaced after a file broke it.
 * Throws when the linter does not start; an abort ends the thread.
 */
export async function lintInThread<Report>(
  files: readonly ThreadInput[],
  { thread, limits }: ThreadLinting,
  signal: AbortSignal,
): Promise<{ reports: Map<string, Report>; unread: UnreadFile[] }> {
  const reports = new Map<string, Report>()
  const unread: UnreadFile[] = []
  const runTimeout = AbortSignal.timeout(limits.runTimeoutMs)
  let linter: LinterThread<Report> | undefined
  try {
    for (const { path, text } of files) {
      signal.throwIfAborted()
      if (runTimeout.aborted) {
        unread.push({ path, reason: 'the time for this change was used up' })
        continue
      }
      linter ??= await startThread<Report>(thread, signal)
      const fileTimeout = AbortSignal.timeout(limits.fileTimeoutMs)
      const reply = await linter.ask({ path, text }, AbortSignal.any([signal, runTimeout, fileTimeout]))
      if (typeof reply === 'object' && 'report' in reply) {
        reports.set(path, reply.report)
        continue
      }
      signal.throwIfAborted()
      const tooSlow = runTimeout.aborted || fileTimeout.aborted
      unread.push({ path, reason: tooSlow ? 'the linter took too long' : 'the linter broke on it' })
      // A linter that failed in the middle of a file may be left in any state.
      await linter.end()
      linter = undefined
    }
  } finally {
    await linter?.end()
  }
  return { reports, unread }
}

interface LinterThread<Report> {
  /** The reply; undefined when there will be none. */
  ask(file: ThreadInput, signal: AbortSignal): Promise<ThreadMessage<Report> | undefined>
  end(): Promise<void>
}

async function startThread<Report>(name: string, signal: AbortSignal): Promise<LinterThread<Report>> {
  const worker = new Worker(path.join(packageRoot, 'dist', 'src', 'analysis', `${name}.js`), {
    // Nothing of this process is for the thread, and what a breaking linter prints is for nobody.
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  const end = async (): Promise<void> => {
    await worker.terminate()
  }
  try {
    await nextMessage(worker, signal)
  } catch (error) {
    await end()
    signal.throwIfAborted()
    throw new PermanentError(`the thread ${name} did not start`, { cause: error })
  }
  return {
    end,
    ask: async (file, fileSignal) => {
      const reply = nextMessage<Report>(worker, fileSignal)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(file)
      try {
        return await reply
      } catch {
        return undefined
      }
    },
  }
}

/** Rejects when the thread fails or ends, or at an abort. */
async function nextMessage<Report>(worker: Worker, signal: AbortSignal): Promise<ThreadMessage<Report>> {
  const settled = new AbortController()
  const either = { signal: AbortSignal.any([signal, settled.signal]) }
  try {
    return await Promise.race([
      // Safe: only our own threads send here, and they send nothing else.
      once(worker, 'message', either).then(([message]) => message as ThreadMessage<Report>),
      once(worker, 'exit', either).then(() => Promise.reject(new Error('the thread ended'))),
    ])
  } finally {
    settled.abort()
  }
}
