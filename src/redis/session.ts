import { createClient } from '@redis/client'
import { PermanentError, RetryableError } from '../base/errors.ts'

/** One connection to Redis, from its handshake to its end. It does not mend itself. */
export interface Session {
  /** By which the server names this connection. */
  readonly id: string
  readonly isOpen: () => boolean
  /** Rejects after `answerMs`, and ends: what comes after a reply that is that late would be late too. */
  readonly send: (command: readonly string[], answerMs: number) => Promise<unknown>
  /** Disconnects at once; commands under way reject. */
  readonly end: () => void
}

export interface SessionOptions {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. */
  readonly url: string
  /** For the TCP connection, and again for the first words. */
  readonly connectMs: number
  /** Told when the other side ends a connection that stood. */
  readonly onLost: (error: Error) => void
}

/** Commands under way at most; each is given up after seconds, so only a mute server gets near. */
const MAX_UNDER_WAY = 20_000

/** Throws a permanent error for a URL that cannot be read, without showing it. */
export async function openSession({ url, connectMs, onLost }: SessionOptions): Promise<Session> {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) {
    throw new PermanentError('the Redis URL cannot be read: it must begin with redis:// or rediss://')
  }
  const client = createClient({
    url,
    name: 'lorgnette',
    RESP: 2,
    // A lost connection is replaced by a fresh one, which looks the host's name up again: after a failover it has another address.
    socket: { connectTimeout: connectMs, reconnectStrategy: false },
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_UNDER_WAY,
    commandOptions: { timeout: 0 }, // its own limit ends when the command is written; ours ends with the reply
    disableClientInfo: true,
    maintNotifications: 'disabled',
  })
  let connected = false
  // Without a listener, a lost connection would end the process.
  client.on('error', (error: Error) => {
    if (connected) onLost(error)
  })
  const end = (): void => client.destroy()

  try {
    // `connectTimeout` is for TCP alone: a server that accepts and says nothing would be waited for without end.
    const handshake = client.connect().then(() => client.sendCommand<unknown>(['CLIENT', 'ID']))
    const id = await withDeadline(handshake, 2 * connectMs)
    connected = true
    return {
      id: String(id),
      isOpen: () => client.isReady,
      send: async (command, answerMs) => {
        try {
          return await withDeadline(client.sendCommand<unknown>(command), answerMs)
        } catch (error) {
          if (error instanceof NoAnswerError) end()
          throw error
        }
      },
      end,
    }
  } catch (error) {
    end()
    throw error
  }
}

class NoAnswerError extends RetryableError {}

function withDeadline<Result>(result: Promise<Result>, ms: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new NoAnswerError(`Redis did not answer within ${Math.round(ms)} ms`))
    // When it was us who stood still, the reply has arrived meanwhile: it is read before the immediate runs.
    const timer = setTimeout(() => setImmediate(giveUp), Math.max(0, ms))
    result.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
