import type { Socket } from 'node:net'

const ANSWERS: Readonly<Record<string, readonly [status: string, error: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers are too large'],
}

/** Answers what never became a request: broken HTTP, headers without end, a body that does not come. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [status, message] = ANSWERS[error.code ?? ''] ?? ['400 Bad Request', 'this is not HTTP']
  if (socket.writable) {
    const body = JSON.stringify({ error: message })
    const headers = ['content-type: application/json', `content-length: ${body.length}`, 'connection: close']
    socket.write(`HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\n\r\n${body}`)
  }
  socket.destroySoon()
}
