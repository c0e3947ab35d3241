import { createMutex } from '../base/concurrency.ts'
import { errorMessage, RetryableError } from '../base/errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import { createChannels, quoteChannel } from './channels.ts'
import { databaseError, isConnectionSound } from './database-error.ts'
import type { Database, SqlValue, Statement } from './database.ts'
import { encodeValue } from './encode-value.ts'
import { lockFolder } from './folder-lock.ts'
import { createHeldNames } from './held-names.ts'
import { prepareDatabaseFolder } from './pglite-folder.ts'
import type { ThreadCommand } from './pglite-protocol.ts'
import { startPgliteWorker, type PgliteWorker } from './pglite-worker.ts'
import { runTransaction, type Session } from './transaction.ts'

export interface PgliteOptions {
  /** The data folder; made when there is none. The database lies in `postgres/` inside it. */
  readonly folder: string
  readonly log: Logger
  /** A statement without an answer after this time means that the engine hangs. Default 30 s. */
  readonly statementMs?: number
}

const STATEMENT_MS = 30_000
const SCRIPT_MS = 3_600_000
const HOUSEKEEPING_MS = 3_600_000

/**
 * PostgreSQL in a folder, for this process alone: PGlite in a thread of its own.
 *
 * What was answered survives the process being killed at any moment. It does not promise to survive a loss of power:
 * PGlite never calls fsync. Everyone waits for everyone: one statement or transaction runs at a time.
 * When the thread dies or hangs, calls under way reject with a retryable error, and the next call starts a new one, which
 * recovers as PostgreSQL does after a crash. Throws a permanent error when another process has the folder.
 */
export async function openPglite({
  folder,
  log,
  statementMs = STATEMENT_MS,
}: PgliteOptions): Promise<Database> {
  const release = await lockFolder(folder)
  const channels = createChannels()
  const oneAtATime = createMutex()
  let worker: PgliteWorker
  try {
    const database = await prepareDatabaseFolder(folder)
    worker = await startPgliteWorker(database, channels.notify)
    return createDatabase(database)
  } catch (error) {
    await release()
    throw error
  }

  function createDatabase(databaseFolder: string): Database {
    let closed: Promise<void> | undefined
    const names = createHeldNames()
    // PGlite has no autovacuum: without this, every changed row would leave its old self behind for ever.
    const housekeeping = setInterval(() => {
      withSession((session) => session.script('vacuum (analyze)')).catch((error: unknown) =>
        log.warn({ reason: errorMessage(error) }, 'embedded database could not be vacuumed'),
      )
    }, HOUSEKEEPING_MS).unref()

    async function withSession<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
      if (closed) throw new RetryableError('the database is closed')
      return oneAtATime(async () => work(createSession(await livingWorker(), statementMs)))
    }

    async function livingWorker(): Promise<PgliteWorker> {
      if (worker.isAlive()) return worker
      log.error({ folder }, 'embedded database thread died, starting it again')
      worker = await startPgliteWorker(databaseFolder, channels.notify)
      const session = createSession(worker, statementMs)
      for (const channel of channels.names()) await session.command(`listen ${quoteChannel(channel)}`)
      return worker
    }

    return {
      kind: 'pglite',
      run: (statement, ...values) => withSession((session) => session.run(statement, ...values)),
      script: (text) => withSession((session) => session.script(text)),
      transaction: (work) => withSession((session) => runTransaction(session, work)),
      listen: async (channel, onNotification) => {
        const remove = channels.add(channel, onNotification)
        try {
          await withSession((session) => session.command(`listen ${quoteChannel(channel)}`))
        } catch (error) {
          remove()
          throw error
        }
        return async () => {
          if (!remove() || closed) return
          await withSession((session) => session.command(`unlisten ${quoteChannel(channel)}`))
        }
      },
      // Nobody else has the folder.
      hold: (name) => Promise.resolve(names.hold(name)),
      close: () => {
        clearInterval(housekeeping)
        closed ??= oneAtATime(() => worker.close()).then(release)
        return closed
      },
    }
  }
}

function createSession(worker: PgliteWorker, statementMs: number): Session {
  let sound = true
  let failed: Error | undefined
  async function ask(name: string, command: ThreadCommand, limitMs = statementMs): Promise<object[]> {
    const reply = await worker.ask(command, limitMs)
    if (reply.kind === 'done') return reply.rows
    sound &&= isConnectionSound(reply.failure)
    const told = databaseError(reply.failure, name)
    failed ??= told
    throw told
  }
  return {
    run: async <Row extends object>({ name, text }: Statement<Row>, ...values: readonly SqlValue[]) => {
      const rows = await ask(name, { kind: 'run', name, text, values: values.map(encodeValue) })
      return rows as Row[] // the statement says what its rows are
    },
    script: async (text) => {
      await ask('script', { kind: 'script', text }, SCRIPT_MS)
    },
    command: async (text) => {
      await ask(text, { kind: 'script', text })
    },
    isSound: () => sound,
    failure: () => failed,
  }
}
