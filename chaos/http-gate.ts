import { once } from 'node:events'
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface HttpCall {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** Sends a call on to where it was meant to go. Rejects when there is no answer. */
export type Send = (call: HttpCall) => Promise<HttpAnswer>

/**
 * What the gate does with a call. `isWanted` turns false when the caller is gone. Undefined, and a rejection: the caller's connection is
 * cut without an answer.
 */
export type Handle = (call: HttpCall, send: Send, isWanted: () => boolean) => Promise<HttpAnswer | undefined>

export interface Gate {
  /** Where its callers connect. */
  readonly port: number
  close(): Promise<void>
}

/** Stands between a caller and an HTTP server on this machine, on a port of its own. */
export async function openHttpGate(targetPort: number, handle: Handle): Promise<Gate> {
  const agent = new Agent({ keepAlive: true })
  const send: Send = (call) => sendTo(targetPort, call, agent)
  const server = createServer((request, response) => {
    answer(request, response, send, handle).catch(() => request.socket.destroy())
  })
  // As the emulators do: a connection that ends just when the next request comes looks like a fault.
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // a TCP server has no other kind of address
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      agent.destroy()
      await closed
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  send: Send,
  handle: Handle,
): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = request
  const call = { method, path, headers, body: await buffer(request) }
  const answered = await handle(call, send, () => !request.socket.destroyed)
  if (!answered) {
    request.socket.destroy()
    return
  }
  response.writeHead(answered.status, answered.headers).end(answered.body)
}

async function sendTo(
  port: number,
  { method, path, headers, body }: HttpCall,
  agent: Agent,
): Promise<HttpAnswer> {
  const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent })
  const responded = once(request, 'response') as Promise<[IncomingMessage]> // what a request emits
  request.end(body)
  const [response] = await responded
  request.on('error', () => undefined)
  const received = await buffer(response)
  // The body is whole: what said how it was cut into pieces no longer holds.
  const { 'transfer-encoding': _, connection: __, ...kept } = response.headers
  return {
    status: response.statusCode ?? 0,
    headers: { ...kept, 'content-length': String(received.length) },
    body: received,
  }
}
