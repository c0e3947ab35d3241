import { createHash } from 'node:crypto'
import { createFramer, type Conversation } from './frames.ts'

/**
 * A connection to Redis that speaks RESP 2. Scripts are named by `scripts` (sha1 → name), other commands by themselves.
 * Source: Redis documentation, "Redis serialization protocol specification".
 */
export function redisConversation(scripts: ReadonlyMap<string, string>): Conversation {
  const cutSent = createFramer((bytes) => endOf(bytes, 0))
  const cutReplied = createFramer((bytes) => endOf(bytes, 0))
  return {
    sent: (chunk) =>
      cutSent(chunk).map((bytes) => {
        const name = commandName(bytes, scripts)
        return { bytes, begins: name, asks: [name] }
      }),
    replied: (chunk) => cutReplied(chunk).map((bytes) => ({ bytes, ends: true })),
  }
}

function commandName(bytes: Buffer, scripts: ReadonlyMap<string, string>): string {
  // An array of bulk strings: `*2\r\n$4\r\nEVAL\r\n$6\r\nreturn\r\n`.
  const words: string[] = []
  let at = bytes.indexOf('\r\n') + 2
  while (words.length < 2 && at < bytes.length) {
    const line = bytes.indexOf('\r\n', at)
    const end = line + 2 + Number(bytes.toString('latin1', at + 1, line))
    words.push(bytes.toString('utf8', line + 2, end))
    at = end + 2
  }
  const [command = '', first = ''] = words
  const name = command.toUpperCase()
  if (name === 'EVALSHA') return scripts.get(first) ?? name
  if (name === 'EVAL') return scripts.get(createHash('sha1').update(first).digest('hex')) ?? name
  return name
}

/** Where the value that starts here ends; undefined while it is not whole. */
function endOf(bytes: Buffer, start: number): number | undefined {
  const line = bytes.indexOf('\r\n', start)
  if (line < 0) return undefined
  const type = String.fromCharCode(bytes[start] ?? 0)
  const count = Number(bytes.toString('latin1', start + 1, line))
  let end: number | undefined = line + 2
  if (type === '$' && count >= 0) end += count + 2
  if (type === '*') for (let item = 0; item < count && end !== undefined; item++) end = endOf(bytes, end)
  return end !== undefined && end <= bytes.length ? end : undefined
}
