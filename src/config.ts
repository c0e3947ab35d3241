import path from 'node:path'
import type { Caps } from './budget/caps.ts'
import type { OwnPrice } from './budget/own-prices.ts'
import { readCaps } from './config/caps.ts'
import { chooseJudge, chooseModel, type ModelConfig } from './config/choose-model.ts'
import { ConfigError } from './config/config-error.ts'
import { defaultDataFolder, expandHome } from './config/folders.ts'
import { jointFaults, type ConfigUse } from './config/joint-faults.ts'
import { readSettings } from './config/read-settings.ts'
import type { SettingValues } from './config/settings.ts'
import type { WriteRates } from './github/write-rates.ts'
import type { ReviewSettings } from './review/review-settings.ts'
import { isLoopbackHost } from './server/loopback.ts'
import type { LogLevel } from './telemetry/logger.ts'

/** So many processes may be kept busy by one repository, unless the settings say otherwise. */
const PROCESSES_OF_REPOSITORY = 4

/** Everything that the environment decides. */
export interface Config {
  readonly github: GitHubConfig
  /** Undefined when no model is configured: the built-in analysers review alone. */
  readonly llm?: ModelConfig
  /** Undefined when no model is configured at all. */
  readonly judge?: ModelConfig
  /** Undefined when answers are not kept. */
  readonly cache?: CacheConfig
  readonly spending: SpendingConfig
  readonly store: StoreConfig
  readonly queue: QueueConfig
  readonly server: ServerConfig
  readonly worker: {
    readonly concurrency: number
    /** Runs of one repository that have their turn at once, in all processes together. */
    readonly runsOfRepository: number
    readonly reconcileIntervalMs: number
    readonly catchUp: { readonly intervalMs: number; readonly maxAgeMs: number }
    /** Where a process that only works tells its health and metrics; nowhere when absent. */
    readonly port?: number
  }
  readonly webhooks: WebhooksConfig
  readonly review: ReviewSettings
  /** Where snapshots of repositories are kept, and how large they get together. Undefined: nowhere. */
  readonly snapshots?: { readonly folder: string; readonly maxBytes: number }
  readonly log: { readonly level: LogLevel }
  /** Sentences about settings that are allowed, and still worth a look. */
  readonly warnings: readonly string[]
}

interface GitHubConfig {
  /** Without a slash at its end. */
  readonly apiUrl: string
  /** Content writes of one installation, in any minute and any hour; Infinity where nobody counts. */
  readonly writes: WriteRates
  /** Set for the uses `server` and `worker`. */
  readonly credentials?: GitHubCredentials
}

type GitHubCredentials =
  /** The key is PEM text in PKCS #8 form. */
  | { readonly kind: 'app'; readonly appId: number; readonly privateKey: string }
  | { readonly kind: 'token'; readonly token: string }

interface CacheConfig {
  readonly scope: 'installation' | 'shared'
  readonly ttlMs: number
}

export interface SpendingConfig {
  readonly caps: Caps
  /** Prices that go before the list. */
  readonly prices: readonly OwnPrice[]
}

type StoreConfig =
  | { readonly kind: 'embedded'; readonly folder: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly poolSize: number }

type QueueConfig =
  /** In the store itself. */
  { readonly kind: 'store' } | { readonly kind: 'redis'; readonly url: string }

interface ServerConfig {
  readonly host: string
  readonly port: number
  /** Whether only this machine reaches `host`. */
  readonly loopback: boolean
  readonly dashboardPassword?: string
  /** Where people reach the pages, without a slash at its end. */
  readonly publicUrl?: string
  readonly shutdownGraceMs: number
}

interface WebhooksConfig {
  /** A delivery signed with any of them is accepted. Empty: unsigned ones are, on loopback only. */
  readonly secrets: readonly string[]
  readonly reviewDrafts: boolean
  readonly ignoreBots: boolean
  readonly ignoreLabels: readonly string[]
}

/** Reads the settings. Throws one `ConfigError` that names everything that is wrong with them. */
export function readConfig(env: NodeJS.ProcessEnv, use: ConfigUse = 'server'): Config {
  const read = readSettings(env)
  const faults = [...read.faults, ...jointFaults(read, use)]
  if (faults.length > 0) throw new ConfigError(faults)
  // Without a fault every setting that has a default has a value.
  return toConfig(read.values as SettingValues, env, use)
}

function toConfig(values: SettingValues, env: NodeJS.ProcessEnv, use: ConfigUse): Config {
  const llm = chooseModel(values)
  const judge = chooseJudge(values)
  const credentials = githubCredentials(values)
  return {
    github: {
      apiUrl: values.GITHUB_API_URL,
      writes: { perMinute: values.GITHUB_WRITES_PER_MINUTE, perHour: values.GITHUB_WRITES_PER_HOUR },
      ...(credentials && { credentials }),
    },
    ...(llm && { llm }),
    ...(judge && { judge }),
    ...(values.CACHE && { cache: { scope: values.CACHE_SCOPE, ttlMs: values.CACHE_TTL } }),
    spending: { caps: readCaps(values), prices: values.LLM_PRICES_FILE ?? [] },
    store: storeConfig(values, env),
    queue: values.REDIS_URL === undefined ? { kind: 'store' } : { kind: 'redis', url: values.REDIS_URL },
    server: {
      host: values.HOST,
      port: values.PORT,
      loopback: isLoopbackHost(values.HOST),
      ...(values.DASHBOARD_PASSWORD !== undefined && { dashboardPassword: values.DASHBOARD_PASSWORD }),
      ...(values.PUBLIC_URL !== undefined && { publicUrl: values.PUBLIC_URL }),
      shutdownGraceMs: values.SHUTDOWN_GRACE,
    },
    worker: {
      concurrency: values.WORKER_CONCURRENCY,
      runsOfRepository: values.REPOSITORY_RUNS ?? PROCESSES_OF_REPOSITORY * values.WORKER_CONCURRENCY,
      reconcileIntervalMs: values.RECONCILE_INTERVAL,
      catchUp: { intervalMs: values.CATCH_UP_INTERVAL, maxAgeMs: values.CATCH_UP_MAX_AGE },
      ...(values.WORKER_PORT !== undefined && { port: values.WORKER_PORT }),
    },
    webhooks: {
      secrets: values.GITHUB_WEBHOOK_SECRET ?? [],
      reviewDrafts: values.REVIEW_DRAFTS,
      ignoreBots: values.IGNORE_BOTS,
      ignoreLabels: values.IGNORE_LABELS ?? [],
    },
    review: {
      effort: values.REVIEW_EFFORT,
      maxInlineComments: values.REVIEW_MAX_COMMENTS,
      minSeverity: values.REVIEW_MIN_SEVERITY,
      minConfidence: values.REVIEW_MIN_CONFIDENCE,
      unitTokens: values.REVIEW_UNIT_TOKENS,
      runTokens: values.REVIEW_RUN_TOKENS,
      deepQuestions: values.REVIEW_DEEP_QUESTIONS,
      deepTokens: values.REVIEW_DEEP_TOKENS,
      maxFileBytes: values.REVIEW_MAX_FILE_SIZE,
      unitConcurrency: values.REVIEW_UNIT_CONCURRENCY,
    },
    ...(values.HEAD_TREE_CACHE_SIZE > 0 && {
      snapshots: {
        folder: path.join(dataFolder(values, env), 'snapshots'),
        maxBytes: values.HEAD_TREE_CACHE_SIZE,
      },
    }),
    log: { level: values.LOG_LEVEL },
    warnings: settingWarnings(values, use),
  }
}

function githubCredentials(values: SettingValues): GitHubCredentials | undefined {
  const { GITHUB_APP_ID: appId, GITHUB_PRIVATE_KEY: privateKey, GITHUB_TOKEN: token } = values
  if (appId !== undefined && privateKey !== undefined) return { kind: 'app', appId, privateKey }
  return token === undefined ? undefined : { kind: 'token', token }
}

function storeConfig(values: SettingValues, env: NodeJS.ProcessEnv): StoreConfig {
  if (values.DATABASE_URL !== undefined) {
    return { kind: 'postgres', url: values.DATABASE_URL, poolSize: values.POSTGRES_POOL_SIZE }
  }
  return { kind: 'embedded', folder: dataFolder(values, env) }
}

function dataFolder(values: SettingValues, env: NodeJS.ProcessEnv): string {
  return values.DATA_DIR === undefined ? defaultDataFolder(env['XDG_DATA_HOME']) : expandHome(values.DATA_DIR)
}

function settingWarnings(values: SettingValues, use: ConfigUse): string[] {
  const warnings: string[] = []
  if ((use === 'server' || use === 'webhooks') && !values.GITHUB_WEBHOOK_SECRET) {
    warnings.push('GITHUB_WEBHOOK_SECRET is not set: unsigned deliveries from this machine are accepted')
  }
  return warnings
}
