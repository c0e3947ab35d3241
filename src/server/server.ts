import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import type { MeasuringClock } from '../base/clock.ts'
import { PermanentError } from '../base/errors.ts'
import type { Caps } from '../budget/caps.ts'
import type { SpendingRecord } from '../budget/spending-record.ts'
import { dashboardRoutes } from '../dashboard/dashboard-routes.ts'
import { deadLetterRoutes } from '../dashboard/dead-letter-routes.ts'
import { spendingRoutes } from '../dashboard/spending-routes.ts'
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
import { healthRoutes, type ReadinessCheck } from './health-routes.ts'
import { defaultLimits, openHttpServer, type Server, type ServerLimits } from './http-server.ts'
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
  readonly spending: SpendingRecord
  readonly caps: Caps
  /** Where people see pull requests: `https://github.com`, or an Enterprise Server. */
  readonly githubUrl: string
  readonly checks: readonly ReadinessCheck[]
  readonly clock: MeasuringClock
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

export type WatchServerOptions = Pick<
  ServerOptions,
  'host' | 'port' | 'checks' | 'clock' | 'metrics' | 'log' | 'dashboardPassword'
>

/** Webhooks, health, metrics and pages on one port. Rejects when the port is taken, or deliveries could come unchecked. */
export async function openServer(options: ServerOptions): Promise<Server> {
  const { host, port, log, metrics, clock, webhookSecrets } = options
  if (webhookSecrets.length === 0 && !isLoopbackHost(host)) throw openToUnsigned(host)
  const limits = { ...defaultLimits, ...options.limits }
  const receiver = openDeliveryReceiver({
    ...options,
    secrets: webhookSecrets,
    storeTimeoutMs: limits.storeMs,
  })
  const server = await openHttpServer({ host, port, limits, log }, async (server) => {
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
      spendingRoutes(scope, options)
      metricsRoute(scope, metrics)
    })
  })
  let closing: Promise<void> | undefined
  return { ...server, close: () => (closing ??= server.close().then(() => receiver.close())) }
}

/** Health and metrics alone, for a process that takes no deliveries. Who may see metrics is as with pages. */
export async function openWatchServer(options: WatchServerOptions): Promise<Server> {
  const { checks, metrics, clock, dashboardPassword } = options
  return await openHttpServer({ ...options, limits: defaultLimits }, async (server) => {
    await server.register(async (scope) => {
      healthRoutes(scope, { checks, checkTimeoutMs: defaultLimits.readinessMs })
    })
    await server.register(async (scope) => {
      await guardFaces(scope, dashboardPassword, clock)
      metricsRoute(scope, metrics)
    })
  })
}

function metricsRoute(scope: FastifyInstance, metrics: Metrics): void {
  scope.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
}

function openToUnsigned(host: string): PermanentError {
  return new PermanentError(
    `no webhook secret is set, and ${host} is open to other machines: set GITHUB_WEBHOOK_SECRET, or listen on 127.0.0.1`,
  )
}

/** What people look at: not for everyone, not in frames, without scripts. */
async function guardFaces(
  scope: FastifyInstance,
  password: string | undefined,
  clock: MeasuringClock,
): Promise<void> {
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
