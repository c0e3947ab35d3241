import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { AddressInfo, Socket } from 'node:net'
import { errorKind, errorMessage } from '../base/errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import { answerClientError } from './client-error.ts'

/** All in milliseconds. */
export interface ServerLimits {
  /** A request whose headers are not complete by then is dropped. */
  readonly headersMs: number
  /** A request whose body is not complete by then is dropped. GitHub itself gives up after 10 s. */
  readonly requestMs: number
  /** A store that takes longer counts as away. The commit may still come: then the redelivery is a duplicate. */
  readonly storeMs: number
  readonly readinessMs: number
  /** How long requests under way may take to end when the server closes. */
  readonly closeMs: number
}

export const defaultLimits: ServerLimits = {
  headersMs: 10_000,
  requestMs: 20_000,
  storeMs: 1_500,
  readinessMs: 1_500,
  closeMs: 5_000,
}

export interface Server {
  /** `http://host:port` as bound. */
  readonly url: string
  readonly port: number
  /** Takes nothing new, ends what is under way, and hands accepted work to the queue. Safe to call twice. */
  close(): Promise<void>
}

interface HttpServerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly limits: ServerLimits
  readonly log: Logger
}

/** A server that bounds whoever talks to it, and answers every error in one form. Rejects when the port is taken. */
export async function openHttpServer(
  { host: wanted, port: wantedPort, limits, log }: HttpServerOptions,
  addRoutes: (server: FastifyInstance) => Promise<void>,
): Promise<Server> {
  // One name, one socket: `localhost` would be two servers, of which only one can be closed in time.
  const host = wanted === 'localhost' ? '127.0.0.1' : wanted
  const server = fastify({
    logger: false,
    requestTimeout: limits.requestMs,
    // How often the two deadlines are looked at.
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersMs),
    },
    clientErrorHandler: answerClientError,
    // What the router itself refuses: an address that cannot be decoded.
    frameworkErrors: (error, _request: FastifyRequest, reply: FastifyReply) => {
      void reply.code(error.statusCode ?? 400).send({ error: error.message })
    },
  })
  answerErrors(server, log)
  const connections = new Set<Socket>()
  server.server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  await addRoutes(server)

  await server.listen({ host, port: wantedPort })
  const { port } = server.server.address() as AddressInfo // it listens on TCP
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  log.info({ url }, 'server listens')

  let closing: Promise<void> | undefined
  return { url, port, close: () => (closing ??= closeServer(server, connections, limits.closeMs)) }
}

const RETRY_AFTER_SECONDS = 10

function answerErrors(server: FastifyInstance, log: Logger): void {
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'there is nothing here' }))
  server.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const { statusCode = 500 } = error
    if (statusCode >= 400 && statusCode < 500) return reply.code(statusCode).send({ error: error.message })
    const problem = { route: request.routeOptions.url, problem: errorMessage(error) }
    if (errorKind(error) === 'retryable') {
      log.warn(problem, 'request could not be answered')
      return reply
        .code(503)
        .header('retry-after', RETRY_AFTER_SECONDS)
        .send({ error: 'what is needed for this does not answer: try again soon' })
    }
    log.error({ ...problem, stack: error.stack }, 'request failed')
    return reply.code(500).send({ error: 'something went wrong here: the log knows what' })
  })
}

/**
 * Connections that are kept alive become idle only after their last answer, and would hold the close up until they time out:
 * so idle ones are closed again and again, and those at once that never said a word, which Node does not take for
 * idle (browsers open such in advance). After `limitMs` the rest is cut.
 */
async function closeServer(
  server: FastifyInstance,
  connections: ReadonlySet<Socket>,
  limitMs: number,
): Promise<void> {
  const sweep = setInterval(() => {
    server.server.closeIdleConnections()
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
  }, 20)
  const cut = setTimeout(() => server.server.closeAllConnections(), limitMs)
  try {
    await server.close()
  } finally {
    clearInterval(sweep)
    clearTimeout(cut)
  }
}
