import { createFramer, type Conversation, type Sent } from './frames.ts'

const BIND = 'B'
const QUERY = 'Q'
const SYNC = 'S'
const READY_FOR_QUERY = 'Z'

/**
 * A connection to PostgreSQL, without TLS. Calls are named after prepared statements; `begin`, `commit` and the like
 * after themselves. Source: PostgreSQL documentation, "Frontend/Backend Protocol", "Message Formats".
 */
export function postgresConversation(): Conversation {
  let isStartup = true
  const cutSent = createFramer((bytes) => {
    // Only the first message of a client has no type.
    const at = isStartup ? 0 : 1
    const length = lengthAt(bytes, at)
    if (length !== undefined) isStartup = false
    return length
  })
  const cutReplied = createFramer((bytes) => lengthAt(bytes, 1))
  let sinceSync: string[] = []
  let first = true

  const read = (bytes: Buffer): Sent => {
    if (first) {
      first = false
      return { bytes, asks: [] }
    }
    const type = String.fromCharCode(bytes[0] ?? 0)
    if (type === QUERY) {
      const name = textAt(bytes, 5)
      return { bytes, begins: name, asks: [name] }
    }
    if (type === BIND) {
      const portal = textAt(bytes, 5)
      const name = textAt(bytes, 5 + Buffer.byteLength(portal) + 1)
      sinceSync.push(name)
      return { bytes, begins: name }
    }
    if (type !== SYNC) return { bytes }
    const asks = sinceSync
    sinceSync = []
    return { bytes, asks }
  }

  return {
    sent: (chunk) => cutSent(chunk).map(read),
    replied: (chunk) =>
      cutReplied(chunk).map((bytes) => ({
        bytes,
        ends: String.fromCharCode(bytes[0] ?? 0) === READY_FOR_QUERY,
      })),
  }
}

/** The length of a message whose own length stands at this place, counted from there. */
function lengthAt(bytes: Buffer, at: number): number | undefined {
  if (bytes.length < at + 4) return undefined
  const length = at + bytes.readInt32BE(at)
  return bytes.length < length ? undefined : length
}

function textAt(bytes: Buffer, start: number): string {
  return bytes.toString('utf8', start, bytes.indexOf(0, start))
}
