import helmet from '@fastify/helmet'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '../base/clock.ts'
import { errorKind, errorMessage, PermanentError } from '../base/errors.ts'
import { dashboardRoutes } from '../dashboard/dashboard-routes.ts'
import { deadLetterRoutes } from '../dashboard/dead-letter-routes.ts'
import type { RunHistory } from '../dashboard/run-history.ts'
import type { DeadLetters } from '../dead-letters/dead-letters.ts'
import type { Queue } from '../queue/queue.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { DecisionRules } from '../webhooks/decide.ts'
import type { DeliveryStore } from '../webhooks/delivery-store.ts'
import { openDeliveryReceiver } from '../webhooks/receive-delivery.ts'
import { webhookRoutes } from '../webhooks/webhook-routes.ts'
import { guardAccess } from './access.ts'
import { answerClientError } from './client-error.ts'
import { healthRoutes, type ReadinessCheck } from './health-routes.ts'
import { isDirectLoopback, isLoopbackHost } from './loopback.ts'
import { createPasswordGuard } from './password-guard.ts'
import { isSameOrigin } from './same-origin.ts'

export interface ServerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly store: DeliveryStore
  readonly queue: Pick<Queue, 'enqueue'>
  readonly history: RunHistory
  readonly deadLetters: DeadLetters
  /** Where people see pull requests: `https://github.com`, or an Enterprise Server. */
  readonly githubUrl: string
  readonly checks: readonly ReadinessCheck[]
  readonly clock: Clock
  readonly metrics: Metrics
  readonly log: Logger
  /** Any of them may have signed a delivery. None: unsigned ones are taken, but from this machine only. */
  readonly webhookSecrets: readonly string[]
  readonly rules: DecisionRules
  /** Replaces the credentials in a text that is stored and shown. */
  readonly hideSecrets: (text: string) => string | Promise<string>
  /** Opens pages, API and metrics to other machines. None: they are for this machine only. */
  readonly dashboardPassword?: string
  readonly limits?: Partial<ServerLimits>
}

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

/** Webhooks, health, metrics and pages on one port. Rejects when the port is taken, or deliveries could come unchecked. */
export async function openServer(options: ServerOptions): Promise<Server> {
  const { log, metrics, clock, webhookSecrets } = options
  // One name, one socket: `localhost` would be two servers, of which only one can be closed in time.
  const host = options.host === 'localhost' ? '127.0.0.1' : options.host
  if (webhookSecrets.length === 0 && !isLoopbackHost(host)) throw openToUnsigned(host)
  const limits = { ...defaultLimits, ...options.limits }
  const receiver = openDeliveryReceiver({
    ...options,
    secrets: webhookSecrets,
    storeTimeoutMs: limits.storeMs,
  })
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

  await server.register(async (scope) => {
    webhookRoutes(scope, {
      receiver,
      metrics,
      unsignedAllowed: (remoteAddress, headers) =>
        webhookSecrets.length === 0 && isDirectLoopback(remoteAddress, headers),
    })
  })
  await server.register(async (scope) => {
    healthRoutes(scope, { checks: options.checks, checkTimeoutMs: limits.readinessMs })
  })
  await server.register(async (scope) => {
    await guardFaces(scope, options.dashboardPassword, clock)
    dashboardRoutes(scope, options)
    deadLetterRoutes(scope, options)
    scope.get('/metrics', async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.text()),
    )
  })

  await server.listen({ host, port: options.port })
  const { port } = server.server.address() as AddressInfo // it listens on TCP
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  log.info({ url }, 'server listens')

  let closing: Promise<void> | undefined
  return {
    url,
    port,
    close: () => (closing ??= closeServer(server, connections, limits.closeMs).then(() => receiver.close())),
  }
}

function openToUnsigned(host: string): PermanentError {
  return new PermanentError(
    `no webhook secret is set, and ${host} is open to other machines: set GITHUB_WEBHOOK_SECRET, or listen on 127.0.0.1`,
  )
}

/** What people look at: not for everyone, not in frames, without scripts. */
async function guardFaces(scope: FastifyInstance, password: string | undefined, clock: Clock): Promise<void> {
  await scope.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'style-src': ["'self'"],
        'img-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    // Not `no-referrer`: then browsers hide the origin of our own forms, too.
    referrerPolicy: { policy: 'same-origin' },
    // Whether there is HTTPS is known to whoever terminates it.
    hsts: false,
  })
  const guard = password === undefined ? undefined : createPasswordGuard(password, clock)
  scope.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const refused = guardAccess(request, reply, guard)
    if (refused || request.method === 'GET' || request.method === 'HEAD' || isSameOrigin(request.headers)) {
      return refused
    }
    return reply.code(403).send({ error: 'this was sent by a page of another site: use the pages here' })
  })
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
