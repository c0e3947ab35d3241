import type { Clock } from '../base/clock.ts'
import type { Config } from '../config.ts'
import type { ModelConfig } from '../config/choose-model.ts'
import type { GitHub } from '../github/github.ts'
import type { Model } from '../llm/model.ts'
import { localUrl } from '../config/local-url.ts'
import type { SettingName } from '../config/settings.ts'
import type { Database } from '../postgres/database.ts'
import { FolderInUseError } from '../postgres/folder-in-use-error.ts'
import { readMigrations } from '../postgres/migration-files.ts'
import type { Queue } from '../queue/queue.ts'
import { checkAccess } from './checks/check-github.ts'
import { checkHeldStore } from './checks/check-held-store.ts'
import { checkModel } from './checks/check-model.ts'
import { checkQueue } from './checks/check-queue.ts'
import { checkSettings } from './checks/check-settings.ts'
import { checkStore } from './checks/check-store.ts'
import { checkWebhookSecret } from './checks/check-webhook-secret.ts'
import type { Check, CheckResult } from './doctor-command.ts'

/** How the systems are opened that the doctor looks at; each only when its turn comes. */
export interface DoctorSystems {
  readonly readConfig: () => Config
  /** As it is: without applying migrations. */
  readonly openDatabase: (config: Config) => Promise<Database>
  readonly openQueue: (config: Config, database: Database) => Pick<Queue, 'depth' | 'close'>
  /** Undefined without credentials. */
  readonly openGitHub: (config: Config) => GitHub | undefined
  readonly openModel: (llm: ModelConfig) => Model
  readonly clock: Clock
}

export interface Doctor {
  /** To be run one by one in this order: what the settings turn out to be decides what else there is to try. */
  readonly checks: Iterable<Check>
  /** Lets go of what was opened. */
  close(): Promise<void>
}

const deadlineMs = 20_000
/** Models on a machine of one's own have to be loaded first. */
const modelDeadlineMs = 120_000

export function openDoctor(systems: DoctorSystems): Doctor {
  let config: Config | undefined
  let database: Database | undefined
  let prepared = false

  const withConfig = (
    name: string,
    run: (config: Config, signal: AbortSignal) => Promise<CheckResult>,
    {
      cure,
      deadline = deadlineMs,
    }: { readonly cure?: (config: Config) => string; readonly deadline?: number } = {},
  ): Check => ({
    name,
    deadlineMs: deadline,
    cure: () => config && cure?.(config),
    run: async (signal) => (config ? await run(config, signal) : skipped('the settings are wrong')),
  })

  const settings: Check = {
    name: 'settings',
    deadlineMs,
    run: (): Promise<CheckResult> => {
      const read = checkSettings(systems.readConfig)
      config = read.config
      return Promise.resolve(read.result)
    },
  }

  const store = withConfig(
    'store',
    async (config, signal) => {
      const known = await readMigrations()
      try {
        database = await systems.openDatabase(config)
      } catch (error) {
        if (error instanceof FolderInUseError) return checkHeldStore(error, localUrl(config.server), signal)
        throw error
      }
      const checked = await checkStore(database, known)
      prepared = checked.prepared
      return checked.result
    },
    {
      cure: ({ store: { kind } }) =>
        kind === 'postgres'
          ? 'see that PostgreSQL runs, that it can be reached and written from here, and that DATABASE_URL is right'
          : 'see that the folder of DATA_DIR can be written, and that its disk is not full',
    },
  )

  const queue = withConfig(
    'queue',
    async (config) => {
      if (!database || !prepared) return skipped('the store is not ready')
      const queue = systems.openQueue(config, database)
      try {
        return await checkQueue(queue)
      } finally {
        await queue.close()
      }
    },
    {
      cure: ({ queue: { kind } }) =>
        kind === 'redis'
          ? 'see that Redis runs, that it can be reached from here, and that REDIS_URL is right'
          : 'mend the store: the queue is in it',
    },
  )

  const github = withConfig(
    'GitHub',
    async (config, signal) => {
      const github = systems.openGitHub(config)
      if (github) return checkAccess(await github.access(signal))
      return {
        state: 'failed',
        detail: 'no credentials: no pull request can be read',
        cure: 'set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_PRIVATE_KEY (docs/github-app.md)',
      }
    },
    {
      cure: ({ github: { apiUrl } }) =>
        `see that ${apiUrl} (GITHUB_API_URL) can be reached from here, and that the credentials are right`,
    },
  )

  const webhookSecret = withConfig('webhook secret', ({ webhooks, server }) =>
    Promise.resolve(checkWebhookSecret(webhooks.secrets, server.loopback)),
  )

  const model = withConfig(
    'model',
    async (config, signal) => {
      if (config.llm) return await tryModel(config.llm, 'LLM_MODEL', signal)
      const cure = 'set OPENAI_API_KEY or ANTHROPIC_API_KEY, or LLM_MODEL and LLM_BASE_URL'
      return { state: 'skipped', detail: 'none is configured: the built-in analysers review alone', cure }
    },
    {
      deadline: modelDeadlineMs,
      cure: () =>
        'see that the model can be reached from here, and that LLM_MODEL, LLM_BASE_URL and the key are right',
    },
  )

  const fallbackModel = (llm: ModelConfig): Check => ({
    name: `fallback model ${llm.provider}/${llm.model}`,
    deadlineMs: modelDeadlineMs,
    cure: () =>
      'see that it can be reached from here, and that LLM_FALLBACK_MODELS, its address and its key are right',
    run: (signal) => tryModel(llm, 'LLM_FALLBACK_MODELS', signal),
  })

  function tryModel(llm: ModelConfig, setting: SettingName, signal: AbortSignal): Promise<CheckResult> {
    return checkModel(systems.openModel(llm), { clock: systems.clock, setting }, signal)
  }

  function* checks(): Iterable<Check> {
    yield* [settings, store, queue, github, webhookSecret, model]
    yield* (config?.llm?.fallbacks ?? []).map(fallbackModel)
  }

  return {
    checks: checks(),
    close: async () => {
      await database?.close()
    },
  }
}

function skipped(reason: string): CheckResult {
  return { state: 'skipped', detail: reason }
}
