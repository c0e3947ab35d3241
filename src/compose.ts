import { hostname } from 'node:os'
import { mayHoldSecret } from './analysis/may-hold-secret.ts'
import { scanSecrets } from './analysis/secret-scanner.ts'
import { systemClock } from './base/clock.ts'
import { type Closable, createCloser } from './base/closer.ts'
import { errorMessage } from './base/errors.ts'
import { randomIds } from './base/ids.ts'
import { createPostgresBudget } from './budget/budget.postgres.ts'
import { capsOfAll } from './budget/caps.ts'
import { openSpendingRecord } from './budget/spending-record.postgres.ts'
import { openCache } from './compose/cache.ts'
import { openRateLimiter, withinLimits } from './compose/limits.ts'
import type { ModelSurroundings } from './compose/models.ts'
import { withPriceWarning } from './compose/price-warning.ts'
import { gathering, openAnalysers, openConfiguredGitHub, openReviewer } from './compose/reviewing.ts'
import {
  askStore,
  openDatabase,
  WORKER_PATIENCE_MS,
  openQueue,
  queueCheck,
  refuseAwayStore,
  refuseUnfitRedis,
} from './compose/stores.ts'
import type { Config } from './config.ts'
import { createPostgresRunHistory } from './dashboard/run-history.postgres.ts'
import { explainLetters } from './dead-letters/explain-letters.ts'
import { openLetterRuns } from './dead-letters/letter-runs.postgres.ts'
import { githubWebUrl } from './github/github-web-url.ts'
import type { GitHub } from './github/github.ts'
import type { Database } from './postgres/database.ts'
import { migrate } from './postgres/migrate.ts'
import type { Queue } from './queue/queue.ts'
import { createCatchUp } from './reconcile/catch-up.ts'
import { openFailedDeliveries } from './reconcile/failed-deliveries.postgres.ts'
import { keepReconciling } from './reconcile/keep-reconciling.ts'
import { openListings } from './reconcile/listings.postgres.ts'
import { openOpenHeads } from './reconcile/open-heads.postgres.ts'
import type { OpenHeads } from './reconcile/open-heads.ts'
import { createSweep } from './reconcile/reconcile.ts'
import { hideSecrets } from './review/hide-secrets.ts'
import { createReviewChange } from './review/review-change.ts'
import { REVIEW_JOB } from './review/review-job.ts'
import { openRunStore } from './review/run-store.postgres.ts'
import type { RunStore } from './review/run-store.ts'
import { openServer, openWatchServer } from './server/server.ts'
import type { Logger } from './telemetry/logger.ts'
import { type Metrics, openMetrics } from './telemetry/metrics.ts'
import type { DeliveryStore } from './webhooks/delivery-store.ts'
import { openDeliveryStore } from './webhooks/delivery-store.postgres.ts'
import { reviewHandler } from './worker/review-handler.ts'
import { startWorker } from './worker/worker.ts'

/** A worker that died is noticed after this time, or one claim's wait later. */
const LEASE_MS = 10_000

/** A running system, or a part of one. */
export interface System {
  /** Where it listens, when it serves. */
  readonly url?: string
  /** Closes what was opened, in reverse order; work under way gets the grace time of the configuration. Safe to call twice. */
  stop(): Promise<void>
}

/** What one process does. Any number of processes on one PostgreSQL may do either; the embedded store takes one process. */
export interface Roles {
  readonly serves: boolean
  readonly works: boolean
}

/** Opens the store, brings its schema up to date, and starts what the roles ask for. Closes everything again when it fails. */
export async function openSystem(config: Config, roles: Roles, log: Logger): Promise<System> {
  const opened = createCloser((error) => log.warn({ error: errorMessage(error) }, 'could not close'))
  try {
    for (const warning of withPriceWarning(config).warnings)
      log.warn({ warning }, 'settings are worth a look')
    const metrics = openMetrics()
    // Who serves, too, has deliveries to answer with the same connections.
    const patienceMs = roles.serves ? undefined : WORKER_PATIENCE_MS
    const database = opened.add(await openDatabase(config, log, patienceMs))
    await refuseAwayStore(config, database)
    await migrate(database)
    await refuseUnfitRedis(config, log)
    const queue = opened.add(openQueue(config, database, log))
    const { runsOfRepository } = config.worker
    const runs = openRunStore(database, { runsOfRepository })
    const heads = openOpenHeads(database, config.webhooks)
    const spending = openSpendingRecord(database)
    metrics.reviews(() => heads.lastCount())
    const caps = capsOfAll(config.spending.caps)
    if (Object.keys(caps).length > 0)
      metrics.caps(async () => (await spending.capsInUse(caps, systemClock.now(), 0)).caps)
    const deliveries = opened.add(openDeliveryStore(database, { runsOfRepository }))

    if (roles.works) {
      const limiter = opened.add(openRateLimiter(config, database, log))
      const github = withinLimits(openConfiguredGitHub(config, log, metrics), config, limiter, metrics)
      const caching = config.cache && opened.add(openCache(config, database, log))
      const budget = createPostgresBudget(database)
      const caches = caching && { cache: caching.cache }
      const around = { limiter, budget, metrics, log, waitsWhileOut: true, ...caches } as const
      const workshop = { ...around, config, queue, runs, github }
      opened.add(startReconciling({ ...workshop, database, heads, deliveries }))
      opened.add(startWorking(workshop))
    }
    const watched = {
      host: config.server.host,
      checks: [
        { name: 'store', check: async () => void (await database.run(askStore)) },
        queueCheck(config, queue),
      ],
      clock: systemClock,
      metrics,
      log,
      ...(config.server.dashboardPassword !== undefined && {
        dashboardPassword: config.server.dashboardPassword,
      }),
    }
    if (!roles.serves) {
      const { port } = config.worker
      const server = port === undefined ? undefined : opened.add(await openWatchServer({ ...watched, port }))
      return { ...(server && { url: server.url }), stop: () => opened.close() }
    }

    const server = await openServer({
      ...watched,
      port: config.server.port,
      store: deliveries,
      queue,
      webhookSecrets: config.webhooks.secrets,
      rules: config.webhooks,
      hideSecrets: hideKnownSecrets,
      history: createPostgresRunHistory(database),
      deadLetters: explainLetters(queue, openLetterRuns(database)),
      spending,
      caps: config.spending.caps,
      githubUrl: githubWebUrl(config.github.apiUrl),
    })
    opened.add(server)
    return { url: server.url, stop: () => opened.close() }
  } catch (error) {
    await opened.close()
    throw error
  }
}

function hideKnownSecrets(text: string): string | Promise<string> {
  return mayHoldSecret(text) ? hideSecrets(text, scanSecrets) : text
}

interface Workshop extends ModelSurroundings {
  readonly config: Config
  readonly log: Logger
  readonly metrics: Metrics
  readonly queue: Queue
  readonly runs: RunStore
  readonly github: GitHub
}

/** Starts the worker. */
function startWorking(workshop: Workshop): Closable {
  const { config, log, metrics, queue, runs, github } = workshop
  const analysers = openAnalysers()
  const { publicUrl } = config.server
  const worker = startWorker({
    queue,
    clock: systemClock,
    random: Math.random,
    log,
    metrics,
    name: `${hostname()}:${process.pid}`,
    concurrency: config.worker.concurrency,
    leaseMs: LEASE_MS,
    handlers: {
      [REVIEW_JOB]: reviewHandler({
        runs,
        queue,
        github,
        reviewChange: createReviewChange(openReviewer(config, analysers, workshop)),
        ...gathering(config, analysers, log),
        reviewDrafts: config.webhooks.reviewDrafts,
        ...(publicUrl !== undefined && { runUrl: (id) => `${publicUrl}/runs/${id}` }),
        metrics,
        clock: systemClock,
      }),
    },
  })
  return { close: () => worker.stop(config.server.shutdownGraceMs) }
}

interface Reconciling extends Workshop {
  readonly database: Database
  readonly heads: OpenHeads
  readonly deliveries: DeliveryStore
}

/** Starts to reconcile, or to wait until no other process does. */
function startReconciling({
  config,
  log,
  metrics,
  queue,
  runs,
  github,
  limiter,
  database,
  heads,
  deliveries,
}: Reconciling): Closable {
  const { deliveryLog } = github
  const failed = openFailedDeliveries(database)
  const common = { clock: systemClock, log }
  const catchUp = createCatchUp({
    ...common,
    ...config.worker.catchUp,
    github,
    limiter,
    listings: openListings(database),
    store: deliveries,
    rules: config.webhooks,
    hideSecrets: hideKnownSecrets,
    newId: randomIds,
  })
  const sweep = createSweep({
    ...common,
    catchUp,
    runs,
    queue,
    heads,
    failed,
    metrics,
    ...(deliveryLog && { deliveryLog }),
  })
  const stopping = new AbortController()
  const { reconcileIntervalMs } = config.worker
  const reconciling = keepReconciling({ ...common, sweep, database }, reconcileIntervalMs, stopping.signal)
  return {
    async close() {
      stopping.abort()
      await reconciling
    },
  }
}
