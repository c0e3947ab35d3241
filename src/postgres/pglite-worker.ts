import { Worker } from 'node:worker_threads'
import { RetryableError } from '../base/errors.ts'
import type { DriverFailure } from './database-error.ts'
import { pgliteProgram } from './pglite-folder.ts'
import type { ThreadCommand, ThreadMessage } from './pglite-protocol.ts'

export type ThreadReply =
  | { readonly kind: 'done'; readonly rows: object[] }
  | { readonly kind: 'failed'; readonly failure: DriverFailure }

/** A running thread with PGlite in it. */
export interface PgliteWorker {
  /**
   * Replies come in the order of the calls. A thread that does not reply within `limitMs` is ended: a panic of PGlite
   * does not end it but spins for ever. Once it is dead, every reply is a failure without SQLSTATE.
   */
  ask(command: ThreadCommand, limitMs: number): Promise<ThreadReply>
  isAlive(): boolean
  /** Lets PGlite shut down in order, or ends the thread when that takes too long. */
  close(): Promise<void>
}

/** Recovery after a crash included. */
const OPEN_MS = 60_000
const CLOSE_MS = 5_000

/** Starts PGlite on a database's folder. Rejects with a retryable error when it does not start. */
export async function startPgliteWorker(
  folder: string,
  onNotification: (channel: string, payload: string) => void,
): Promise<PgliteWorker> {
  const worker = new Worker(pgliteProgram('pglite-thread'), { workerData: folder, execArgv: [] })
  const waiting: ((reply: ThreadReply) => void)[] = []
  let death: string | undefined
  const end = (reason: string): void => {
    death ??= reason
    void worker.terminate()
  }
  const dead = (): ThreadReply => ({ kind: 'failed', failure: { message: death ?? 'the thread ended' } })

  const ended = new Promise<void>((resolve) => {
    worker.on('error', (error) => (death ??= error.message))
    worker.on('exit', () => {
      death ??= 'the thread ended'
      for (const settle of waiting.splice(0)) settle(dead())
      resolve()
    })
  })
  const opened = new Promise<void>((resolve) => {
    worker.on('message', (message: ThreadMessage) => {
      if (message.kind === 'opened') resolve()
      else if (message.kind === 'notified') onNotification(message.channel, message.payload)
      else waiting.shift()?.(message)
    })
  })
  const limit = setTimeout(() => end(`not ready within ${OPEN_MS} ms`), OPEN_MS)
  await Promise.race([opened, ended])
  clearTimeout(limit)
  if (death !== undefined) throw new RetryableError(`the database in ${folder} did not start: ${death}`)

  const ask: PgliteWorker['ask'] = (command, limitMs) =>
    new Promise((resolve) => {
      if (death !== undefined) return resolve(dead())
      const limit = setTimeout(() => end(`no answer within ${limitMs} ms`), limitMs)
      waiting.push((reply) => {
        clearTimeout(limit)
        resolve(reply)
      })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(command)
    })

  return {
    ask,
    isAlive: () => death === undefined,
    close: async () => {
      await ask({ kind: 'close' }, CLOSE_MS)
      await ended
    },
  }
}
