import { createHmac, randomUUID } from 'node:crypto'
import { systemClock } from '../src/base/clock.ts'
import { RetryableError } from '../src/base/errors.ts'
import type { Server } from '../src/server/http-server.ts'
import { openServer, type ServerOptions } from '../src/server/server.ts'
import { createLogger } from '../src/telemetry/logger.ts'
import { openMetrics, type Metrics } from '../src/telemetry/metrics.ts'
import type { DeliveryStore } from '../src/webhooks/delivery-store.ts'

export const webhookSecret = 'a secret for tests'

/** A store that is away. A delivery that passed every check ends as a 503 there. */
export const awayStore: DeliveryStore = {
  accept: () => Promise.reject(new RetryableError('connection refused')),
}

const away = (): Promise<never> => Promise.reject(new RetryableError('connection refused'))

export interface ServerUnderTest extends Server {
  readonly metrics: Metrics
  /** The log lines so far. */
  logged(): string
}

/** A real server on a free port of this machine, with the options that the test is about. */
export async function openTestServer(options: Partial<ServerOptions> = {}): Promise<ServerUnderTest> {
  let lines = ''
  const metrics = options.metrics ?? openMetrics()
  const server = await openServer({
    host: '127.0.0.1',
    port: 0,
    store: awayStore,
    queue: { enqueue: (jobs) => Promise.resolve(jobs.length) },
    history: { list: () => Promise.resolve([]), find: () => Promise.resolve(undefined) },
    deadLetters: {
      list: () => Promise.resolve([]),
      find: () => Promise.resolve(undefined),
      replay: () => Promise.resolve(false),
      discard: () => Promise.resolve(false),
    },
    spending: {
      spent: away,
      spentByRun: away,
      curtailed: away,
      capsInUse: away,
    },
    caps: {},
    githubUrl: 'https://github.com',
    checks: [],
    clock: systemClock,
    metrics,
    log: createLogger('info', { write: (line) => (lines += line) }),
    webhookSecrets: [webhookSecret],
    rules: { reviewDrafts: false, ignoreBots: true, ignoreLabels: ['no-review'] },
    hideSecrets: (text) => text,
    ...options,
  })
  return { ...server, metrics, logged: () => lines }
}

/** The headers of a delivery as GitHub sends it, signed over exactly this body. */
export function deliveryHeaders(
  body: string | Uint8Array,
  delivery: { readonly id?: string; readonly name?: string; readonly secret?: string } = {},
): Record<string, string> {
  const digest = createHmac('sha256', delivery.secret ?? webhookSecret)
    .update(body)
    .digest('hex')
  return {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/0000000',
    'x-github-delivery': delivery.id ?? randomUUID(),
    'x-github-event': delivery.name ?? 'pull_request',
    'x-hub-signature-256': `sha256=${digest}`,
  }
}
