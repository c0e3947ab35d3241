import type { Clock } from '../base/clock.ts'
import type { Config } from '../config.ts'
import type { GitHub } from '../github/github.ts'
import type { Model } from '../llm/model.ts'
import type { Database } from '../postgres/database.ts'
import { readMigrations } from '../postgres/migration-files.ts'
import type { Queue } from '../queue/queue.ts'
import { checkAccess } from './checks/check-github.ts'
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
  /** Undefined when none is configured. */
  readonly openModel: (config: Config) => Model | undefined
  readonly clock: Clock
}

export interface Doctor {
  /** To be run in this order: each goes on from what those before it found. */
  readonly checks: readonly Check[]
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
    deadline = deadlineMs,
  ): Check => ({
    name,
    deadlineMs: deadline,
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

  const store = withConfig('store', async (config) => {
    const known = await readMigrations()
    database = await systems.openDatabase(config)
    const checked = await checkStore(database, known)
    prepared = checked.prepared
    return checked.result
  })

  const queue = withConfig('queue', async (config) => {
    if (!database || !prepared) return skipped('the store is not ready')
    const queue = systems.openQueue(config, database)
    try {
      return await checkQueue(queue)
    } finally {
      await queue.close()
    }
  })

  const github = withConfig('GitHub', async (config, signal) => {
    const github = systems.openGitHub(config)
    if (github) return checkAccess(await github.access(signal))
    return {
      state: 'failed',
      detail: 'no credentials: no pull request can be read',
      cure: 'set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_PRIVATE_KEY (docs/github-app.md)',
    }
  })

  const webhookSecret = withConfig('webhook secret', ({ webhooks, server }) =>
    Promise.resolve(checkWebhookSecret(webhooks.secrets, server.loopback)),
  )

  const model = withConfig(
    'model',
    async (config, signal) => {
      const model = systems.openModel(config)
      if (model) return await checkModel(model, systems.clock, signal)
      const cure = 'set OPENAI_API_KEY or ANTHROPIC_API_KEY, or LLM_MODEL and LLM_BASE_URL'
      return { state: 'skipped', detail: 'none is configured: the built-in analysers review alone', cure }
    },
    modelDeadlineMs,
  )

  return {
    checks: [settings, store, queue, github, webhookSecret, model],
    close: async () => {
      await database?.close()
    },
  }
}

function skipped(reason: string): CheckResult {
  return { state: 'skipped', detail: reason }
}
