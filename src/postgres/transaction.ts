import type { Queryable } from './database.ts'

/** One connection, while one caller has it. */
export interface Session extends Queryable {
  /** `begin`, `commit`, `rollback`. */
  command(text: string): Promise<void>
  /** False once it failed in a way that leaves its state unknown. */
  isSound(): boolean
  /** The first failure of a statement. */
  failure(): Error | undefined
}

/** Commits when `work` returns, rolls back and rethrows when it throws. */
export async function runTransaction<Result>(
  session: Session,
  work: (transaction: Queryable) => Promise<Result>,
): Promise<Result> {
  // Not awaited, so that it goes in one round trip with the first statements: it fails only when the connection does.
  const begun = session.command('begin')
  begun.catch(() => undefined)
  try {
    const [result] = await Promise.all([work(session), begun])
    // A commit after a failed statement rolls back and reports success.
    const failure = session.failure()
    if (failure) throw failure
    await session.command('commit')
    return result
  } catch (error) {
    // What went wrong first is worth telling; a rollback that fails too costs only the connection.
    if (session.isSound()) await session.command('rollback').catch(() => undefined)
    throw error
  }
}
