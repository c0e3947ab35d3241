import { hostname } from 'node:os'
import { openActionlint } from './analysis/analyser.actionlint.ts'
import { openOxlint } from './analysis/analyser.oxlint.ts'
import { openRuff } from './analysis/analyser.ruff.ts'
import { openSecrets } from './analysis/analyser.secrets.ts'
import type { Analyser } from './analysis/analyser.ts'
import { mayHoldSecret } from './analysis/may-hold-secret.ts'
import { checkSyntax } from './analysis/check-syntax.ts'
import { scanSecrets } from './analysis/secret-scanner.ts'
import { systemClock } from './base/clock.ts'
import { createCloser, type Closable } from './base/closer.ts'
import { errorKind, errorMessage, PermanentError } from './base/errors.ts'
import { randomIds } from './base/ids.ts'
import type { DoctorSystems } from './cli/doctor-checks.ts'
import type { Estimating } from './cli/estimate-command.ts'
import type { ReplayContext } from './cli/replay-command.ts'
import type { Reviewing } from './cli/review-command.ts'
import { openCacheRecord } from './cache/cache-record.postgres.ts'
import type { CacheTools } from './cli/cache-command.ts'
import { createPostgresBudget } from './budget/budget.postgres.ts'
import { collectQuestions } from './budget/collected-questions.ts'
import { openCache } from './compose/cache.ts'
import { openRateLimiter, ownRateLimiter, withinLimits } from './compose/limits.ts'
import { openConfiguredModel, openModels, openPrices, type ModelSurroundings } from './compose/models.ts'
import { REDIS_PREFIX } from './compose/redis-prefix.ts'
import type { Config } from './config.ts'
import type { DeadLetters } from './dead-letters/dead-letters.ts'
import { explainLetters } from './dead-letters/explain-letters.ts'
import { openLetterRuns } from './dead-letters/letter-runs.postgres.ts'
import { createPostgresRunHistory } from './dashboard/run-history.postgres.ts'
import type { CaseTools } from './eval/run-case.ts'
import { diffBlobs } from './git/diff-blobs.ts'
import { openSnapshots } from './git/snapshot/snapshots.ts'
import { githubWebUrl } from './github/github-web-url.ts'
import { openGitHub } from './github/github.octokit.ts'
import type { GitHub } from './github/github.ts'
import { recordingModel } from './llm/recording-model.ts'
import { replayingModel } from './llm/replaying-model.ts'
import { sharedModel } from './llm/model-source.ts'
import type { Model } from './llm/model.ts'
import { openRecording } from './llm/recording.ts'
import { unaskedModel } from './llm/unasked-model.ts'
import { openPostgres } from './postgres/database.pg.ts'
import { openPglite } from './postgres/database.pglite.ts'
import { statement, type Database } from './postgres/database.ts'
import { FolderInUseError } from './postgres/folder-in-use-error.ts'
import { migrate } from './postgres/migrate.ts'
import { openPostgresQueue } from './queue/queue.postgres.ts'
import { openRedisQueue } from './queue/queue.redis.ts'
import type { Queue } from './queue/queue.ts'
import { checkRedis } from './redis/check-redis.ts'
import { openRedis } from './redis/open-redis.ts'
import { openFailedDeliveries } from './reconcile/failed-deliveries.postgres.ts'
import { keepReconciling } from './reconcile/keep-reconciling.ts'
import { openOpenHeads } from './reconcile/open-heads.postgres.ts'
import type { OpenHeads } from './reconcile/open-heads.ts'
import { createSweep } from './reconcile/reconcile.ts'
import { recordReview } from './replay/record-review.ts'
import { replayReview } from './replay/replay-review.ts'
import type { HeadTrees } from './review/head-tree.ts'
import { createBaseGuidelines, type BaseGuidelines } from './review/guidelines/base-guidelines.ts'
import { hideSecrets } from './review/hide-secrets.ts'
import { createReviewChange, type Reviewer } from './review/review-change.ts'
import { REVIEW_JOB } from './review/review-job.ts'
import { reviewOnce } from './review/review-once.ts'
import { openRunStore } from './review/run-store.postgres.ts'
import type { RunStore } from './review/run-store.ts'
import type { ReadinessCheck } from './server/health-routes.ts'
import { openServer, openWatchServer } from './server/server.ts'
import type { Logger } from './telemetry/logger.ts'
import { openMetrics, type Metrics } from './telemetry/metrics.ts'
import { openDeliveryStore } from './webhooks/delivery-store.postgres.ts'
import { reviewHandler } from './worker/review-handler.ts'
import { startWorker } from './worker/worker.ts'

/** A worker that died is noticed after this time, or one claim's wait later. */
const LEASE_MS = 10_000
const GITHUB_TIMEOUT_MS = 30_000
/** A review goes on without the files around the change rather than wait longer for them. */
const SNAPSHOT_TIMEOUT_MS = 120_000

const askStore = statement<{ one: number }>('ask_store', 'select 1 as one')

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
    for (const warning of config.warnings) log.warn({ warning }, 'settings are worth a look')
    const metrics = openMetrics()
    const database = opened.add(await openDatabase(config, log))
    await refuseAwayStore(config, database)
    await migrate(database)
    await refuseUnfitRedis(config, log)
    const queue = opened.add(openQueue(config, database, log))
    const runs = openRunStore(database)
    const heads = openOpenHeads(database, config.webhooks)
    metrics.reviews(() => heads.lastCount())

    if (roles.works) {
      const limiter = opened.add(openRateLimiter(config, database, log))
      const github = withinLimits(openConfiguredGitHub(config, log), limiter, metrics)
      const caching = config.cache && opened.add(openCache(config, database, log))
      const budget = createPostgresBudget(database)
      const around = { limiter, budget, metrics, log, ...(caching && { cache: caching.cache }) }
      const workshop = { ...around, config, queue, runs, github }
      opened.add(startReconciling({ ...workshop, database, heads }))
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
      store: opened.add(openDeliveryStore(database)),
      queue,
      webhookSecrets: config.webhooks.secrets,
      rules: config.webhooks,
      hideSecrets: (text) => (mayHoldSecret(text) ? hideSecrets(text, scanSecrets) : text),
      history: createPostgresRunHistory(database),
      deadLetters: explainLetters(queue, openLetterRuns(database)),
      githubUrl: githubWebUrl(config.github.apiUrl),
    })
    opened.add(server)
    return { url: server.url, stop: () => opened.close() }
  } catch (error) {
    await opened.close()
    throw error
  }
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
        github,
        reviewChange: createReviewChange(openReviewer(config, analysers, workshop)),
        diffBlobs,
        needsContent: covers(analysers),
        ...openHeadTrees(config, log),
        ...openGuidelines(config),
        reviewDrafts: config.webhooks.reviewDrafts,
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
}

/** Starts to reconcile, or to wait until no other process does. */
function startReconciling({
  config,
  log,
  metrics,
  queue,
  runs,
  github,
  database,
  heads,
}: Reconciling): Closable {
  const { deliveryLog } = github
  const failed = openFailedDeliveries(database)
  const common = { clock: systemClock, log }
  const sweep = createSweep({
    ...common,
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

/**
 * What one review from the command line needs. GitHub is asked for only where the change comes from there. `record` is a
 * folder for all that a replay needs.
 */
export function openReviewing(config: Config, log: Logger, record?: string): Reviewing {
  const analysers = openAnalysers()
  const reviewer = openReviewer(config, analysers, { limiter: ownRateLimiter() })
  const reviewChange = record === undefined ? createReviewChange(reviewer) : recordReview(reviewer, record)
  return {
    reviewChange,
    reviewPullRequest: (name, number, { post }, observer, signal) =>
      reviewOnce(
        openConfiguredGitHub(config, log).repository(name),
        name,
        number,
        {
          reviewChange,
          diffBlobs,
          needsContent: covers(analysers),
          ...openHeadTrees(config, log),
          ...openGuidelines(config),
          post,
          clock: systemClock,
          newId: randomIds,
        },
        observer,
        signal,
      ),
    close: () => Promise.resolve(),
  }
}

/** Makes a review again that was recorded. */
export const replay: ReplayContext['replay'] = (options, observer, signal) =>
  replayReview({ ...options, checkSyntax, clock: systemClock }, observer, signal)

/** What an evaluation reviews and judges with; `judges` says whether it has a judge at all. */
export function openEvaluation(config: Config, how: EvalMeans & { readonly judges: boolean }): CaseTools {
  const { folder, judges, collected } = how
  const surroundings = { limiter: ownRateLimiter() }
  const reviewer = openReviewer(config, openAnalysers(), surroundings)
  if (collected) {
    const models = sharedModel(unaskedModel(collected.model))
    const judge = unaskedModel(collected.judge)
    return { reviewer: { ...reviewer, models }, ...(judges && { judge }), collect: true, folder }
  }
  const judge = judges ? openConfiguredJudge(config, surroundings) : undefined
  return { reviewer, ...(judge && { judge }), collect: false, folder }
}

/** The judge alone, with its answers kept in a folder. */
export function openJudge(config: Config, { folder, collected }: EvalMeans): Model {
  const recording = openRecording(folder)
  if (collected) return replayingModel(recording, { id: collected.judge, collect: true })
  const judge = openConfiguredJudge(config, { limiter: ownRateLimiter() })
  if (!judge) throw new PermanentError('no judge: set EVAL_JUDGE_MODEL, or name one with --judge')
  return recordingModel(judge, recording, systemClock)
}

function openConfiguredJudge({ judge }: Config, surroundings: ModelSurroundings): Model | undefined {
  return judge && openConfiguredModel(judge, surroundings)
}

interface EvalMeans {
  /** Where all answers are kept. */
  readonly folder: string
  /** Names of models that nobody asks: their questions are collected. */
  readonly collected?: { readonly model: string; readonly judge: string }
}

/** Reviews whose questions are collected, and asked of nobody. */
export function openEstimating(config: Config): Estimating {
  const { models: _asked, ...reviewer } = openReviewer(config, [], { limiter: ownRateLimiter() })
  const { llm } = config
  const collected = llm && collectQuestions(`${llm.provider}/${llm.model}`)
  const reviewChange = createReviewChange({ ...reviewer, ...(collected && { models: collected.models }) })
  return { reviewChange, collected, prices: openPrices(config), clock: systemClock }
}

/** What `doctor` looks at, each opened when its turn comes. */
export function doctorSystems(readConfig: () => Config, log: Logger): DoctorSystems {
  return {
    readConfig,
    openDatabase: (config) => openDatabase(config, log),
    openQueue: (config, database) => openQueue(config, database, log),
    openGitHub: (config) => (config.github.credentials ? openConfiguredGitHub(config, log) : undefined),
    openModel: ({ llm }) => llm && openConfiguredModel(llm, { limiter: ownRateLimiter() }),
    clock: systemClock,
  }
}

/** The cache and the record of what was asked, for the command line. The embedded store is held by its server. */
export async function openCacheTools(config: Config, log: Logger): Promise<Closable & CacheTools> {
  const opened = createCloser((error) => log.warn({ error: errorMessage(error) }, 'could not close'))
  try {
    const database = opened.add(await openDatabase(config, log).catch(pointToServer(config, '')))
    await refuseAwayStore(config, database)
    await migrate(database)
    const { cache } = opened.add(openCache(config, database, log))
    return { cache, record: openCacheRecord(database), close: () => opened.close() }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** Work that was given up, for the command line. The embedded store is held by its server: then that has to be asked. */
export async function openDeadLetters(
  config: Config,
  log: Logger,
): Promise<Closable & { readonly letters: DeadLetters }> {
  const opened = createCloser((error) => log.warn({ error: errorMessage(error) }, 'could not close'))
  try {
    const database = opened.add(await openDatabase(config, log).catch(pointToServer(config, 'dead-letters')))
    await refuseAwayStore(config, database)
    await migrate(database)
    const queue = opened.add(openQueue(config, database, log))
    return { letters: explainLetters(queue, openLetterRuns(database)), close: () => opened.close() }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** `page` is where its server shows the same, or nearly the same. */
function pointToServer({ server: { host, port } }: Config, page: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof FolderInUseError)) throw error
    throw new PermanentError(
      `process ${error.holder} has the embedded store in ${error.folder}: ` +
        `use its page, http://${host}:${port}/${page}, or stop it first`,
    )
  }
}

/** Brings the schema of the configured store up to date. Returns the names of the migrations that it applied. */
export async function migrateStore(config: Config, log: Logger): Promise<readonly string[]> {
  const database = await openDatabase(config, log)
  try {
    await refuseAwayStore(config, database)
    return await migrate(database)
  } finally {
    await database.close()
  }
}

/** Guidelines cost reads, and only a model reads them. */
function openGuidelines({ llm }: Config): { readonly guidelines?: BaseGuidelines } {
  return llm ? { guidelines: createBaseGuidelines() } : {}
}

function covers(analysers: readonly Analyser[]): (path: string) => boolean {
  return (path) => analysers.some((analyser) => analyser.covers(path))
}

/** Snapshots are of use to a model alone. */
function openHeadTrees({ llm, snapshots }: Config, log: Logger): { readonly headTrees?: HeadTrees } {
  if (!llm || !snapshots) return {}
  return {
    headTrees: openSnapshots({ ...snapshots, fetchTimeoutMs: SNAPSHOT_TIMEOUT_MS, clock: systemClock, log }),
  }
}

function openAnalysers(): readonly Analyser[] {
  return [openRuff(), openOxlint(), openActionlint(), openSecrets()]
}

/** Reviews changes with the configured model, or with the analysers alone. */
function openReviewer(
  config: Config,
  analysers: readonly Analyser[],
  surroundings: ModelSurroundings,
): Reviewer {
  const models = openModels(config, surroundings)
  return {
    analysers,
    scanSecrets,
    checkSyntax,
    settings: config.review,
    clock: systemClock,
    newId: randomIds,
    prices: openPrices(config),
    ...(models && { models }),
  }
}

/** Throws a permanent error when no credentials are configured. */
function openConfiguredGitHub({ github }: Config, log: Logger): GitHub {
  if (!github.credentials) {
    throw new PermanentError(
      'no GitHub credentials: set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_PRIVATE_KEY',
    )
  }
  return openGitHub({
    apiUrl: github.apiUrl,
    credentials: github.credentials,
    clock: systemClock,
    log,
    timeoutMs: GITHUB_TIMEOUT_MS,
  })
}

/** The queue in the store, or on Redis: then it takes its connection along when it closes. */
function openQueue({ queue }: Config, database: Database, log: Logger): Queue {
  if (queue.kind === 'store') return openPostgresQueue(database, { log })
  const redis = openRedis({ url: queue.url, log })
  const opened = openRedisQueue(redis, { log, prefix: REDIS_PREFIX })
  return {
    ...opened,
    async close() {
      await opened.close()
      await redis.close()
    },
  }
}

/** A server that cannot be asked at the start is as a rule not the one that was meant: names the setting, not its value. */
async function refuseAwayStore({ store }: Config, database: Database): Promise<void> {
  try {
    await database.run(askStore)
  } catch (error) {
    if (store.kind !== 'postgres') throw error
    const cure = 'see that PostgreSQL runs and can be reached from here, or correct DATABASE_URL'
    throw new PermanentError(`the store does not answer; ${cure}`, { cause: error })
  }
}

/** A Redis that is away is waited for, with a warning; one that would lose or refuse jobs stops the start. */
async function refuseUnfitRedis({ queue }: Config, log: Logger): Promise<void> {
  if (queue.kind === 'store') return
  const redis = openRedis({ url: queue.url, log })
  try {
    const { problems, warnings } = await checkRedis(redis)
    if (problems.length > 0)
      throw new PermanentError(`Redis is not fit for the queue: ${problems.join('; ')}`)
    for (const warning of warnings) log.warn({ warning }, 'Redis is worth a look')
  } catch (error) {
    if (errorKind(error) !== 'retryable') throw error
    log.warn({ error: errorMessage(error) }, 'Redis is away: work is accepted, and done when it is back')
  } finally {
    await redis.close()
  }
}

/** In the store it is as well as the store. On Redis work is accepted without it. */
function queueCheck({ queue: { kind } }: Config, queue: Queue): ReadinessCheck {
  const check = async (): Promise<void> => void (await queue.depth())
  return kind === 'store' ? { name: 'queue', check } : { name: 'queue', check, optional: true }
}

/** The configured store, connected: PostgreSQL, or PGlite in the data folder. */
async function openDatabase({ store }: Config, log: Logger): Promise<Database> {
  return store.kind === 'postgres'
    ? openPostgres({ url: store.url, poolSize: store.poolSize, log })
    : await openPglite({ folder: store.folder, log })
}
