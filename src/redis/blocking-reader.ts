import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { redisError } from './redis-error.ts'
import type { BlockingReader } from './redis.ts'
import type { Session } from './session.ts'

/** How much later than its own limit the reply to a blocked command may come. */
const GRACE_MS = 1_900
/** How soon to ask again when the command that shall be ended has not arrived yet. */
const ASK_AGAIN_MS = 5
const TRIES = 100

/** `unblock` ends what blocks the connection of that id, over another connection. False when nothing did. */
export function openBlockingReader(
  connection: Connection,
  unblock: (id: string) => Promise<boolean>,
): BlockingReader {
  /** Ends the wait on the server: a reply then comes at once. Whoever cannot be asked is left. */
  async function endWait(session: Session, isOver: () => boolean): Promise<void> {
    try {
      for (let tries = 0; tries < TRIES; tries++) {
        if (isOver() || (await unblock(session.id))) return
        await delay(ASK_AGAIN_MS)
      }
    } catch {
      // Redis is away. It forgets the blocked command when the connection ends.
    }
    session.end()
  }

  return {
    read: async (command, blockMs, signal) => {
      if (signal.aborted) return null
      const tried = command[0] ?? 'nothing'
      const session = await connection.session()
      let over = false
      const end = (): void => void endWait(session, () => over)
      const reply = session.send(command, blockMs + GRACE_MS).finally(() => (over = true))
      if (signal.aborted) end()
      else signal.addEventListener('abort', end, { once: true })
      try {
        return await reply
      } catch (error) {
        if (signal.aborted) return null
        throw redisError(error, tried)
      } finally {
        signal.removeEventListener('abort', end)
      }
    },
    close: () => connection.close(),
  }
}
