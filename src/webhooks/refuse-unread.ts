import type { IncomingMessage, ServerResponse } from 'node:http'

/** How long a client may go on sending after its answer: enough to read it, too short to be a burden. */
const LINGER_MS = 1_000

/**
 * Answers a request whose body nobody wants, and closes the connection.
 * What still comes is discarded for a moment first: closing a socket with unread bytes resets it, and a reset can
 * overtake the answer on its way to the client.
 */
export function refuseUnread(
  request: IncomingMessage,
  response: ServerResponse,
  status: 413 | 415 | 503,
  error: string,
): void {
  const body = JSON.stringify({ error })
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...(status === 503 ? { 'retry-after': '10' } : {}),
  })
  response.write(body)
  const end = (): void => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(end, LINGER_MS)
  if (request.complete) end()
  else request.once('end', end).once('close', end).resume()
}
