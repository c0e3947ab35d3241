import { isLoopbackHost } from '../server/loopback.ts'
import { capFaults } from './caps.ts'
import { judgeFaults, modelFaults } from './choose-model.ts'
import type { SettingFault } from './config-error.ts'
import type { ReadSettings } from './read-settings.ts'

/**
 * What the settings must be enough for: `server` receives deliveries and drives runs, `webhooks` receives deliveries
 * alone, `worker` drives runs alone, and `tool` does neither, as a command on a local folder.
 */
export type ConfigUse = 'server' | 'webhooks' | 'worker' | 'tool'

/** What is wrong with settings together: one is missing for another, or two of them contradict each other. */
export function jointFaults(read: ReadSettings, use: ConfigUse): SettingFault[] {
  return [
    ...githubFaults(read, use),
    ...writeLimitFaults(read),
    ...storeFaults(read, use),
    ...queueFaults(read),
    ...deliveryFaults(read, use),
    ...modelFaults(read.values, read.present),
    ...judgeFaults(read.values, read.present),
    ...capFaults(read.values),
  ]
}

function githubFaults({ present }: ReadSettings, use: ConfigUse): SettingFault[] {
  const faults: SettingFault[] = []
  const app = ['GITHUB_APP_ID', 'GITHUB_PRIVATE_KEY'] as const
  const [missing] = app.filter((name) => !present.has(name))
  const some = app.some((name) => present.has(name))
  if (some && missing) {
    const other = app.find((name) => name !== missing) ?? ''
    const expected = 'both settings of the GitHub App, or neither'
    faults.push({ setting: missing, problem: `is missing although ${other} is set`, expected })
  }
  if (some && present.has('GITHUB_TOKEN')) {
    const problem = 'is set beside a GitHub App, so it is not clear who writes the reviews'
    faults.push({ setting: 'GITHUB_TOKEN', problem, expected: 'the App or the token, not both' })
  }
  if ((use === 'server' || use === 'worker') && !some && !present.has('GITHUB_TOKEN')) {
    faults.push({
      setting: 'GITHUB_TOKEN',
      problem: 'is missing, and so is a GitHub App: no pull request could be read',
      expected:
        'a token, or GITHUB_APP_ID with GITHUB_PRIVATE_KEY (for a look without an account: npm run demo)',
    })
  }
  return faults
}

function writeLimitFaults({ values }: ReadSettings): SettingFault[] {
  const { GITHUB_WRITES_PER_MINUTE: perMinute = Infinity, GITHUB_WRITES_PER_HOUR: perHour = Infinity } =
    values
  if (perMinute === Infinity || perHour >= perMinute) return []
  const problem = `is ${perHour}, less than the ${perMinute} of GITHUB_WRITES_PER_MINUTE`
  return [
    { setting: 'GITHUB_WRITES_PER_HOUR', problem, expected: 'at least as many in an hour as in a minute' },
  ]
}

function queueFaults({ present }: ReadSettings): SettingFault[] {
  if (!present.has('REDIS_URL') || present.has('DATABASE_URL')) return []
  const problem =
    'is missing although REDIS_URL is set: work that a crash takes from Redis comes back from PostgreSQL'
  return [{ setting: 'DATABASE_URL', problem, expected: 'its address, or no REDIS_URL' }]
}

/** The embedded store is for one process: what one of two would receive there, the other would never see. */
function storeFaults({ present }: ReadSettings, use: ConfigUse): SettingFault[] {
  if (present.has('DATABASE_URL') || use === 'server' || use === 'tool') return []
  const problem = 'is missing: processes can share work only on a PostgreSQL server'
  return [{ setting: 'DATABASE_URL', problem, expected: 'its address, or lorgnette start for one process' }]
}

function deliveryFaults({ values, present }: ReadSettings, use: ConfigUse): SettingFault[] {
  if (use === 'worker' || use === 'tool') return []
  if (present.has('GITHUB_WEBHOOK_SECRET') || values.HOST === undefined || isLoopbackHost(values.HOST)) {
    return []
  }
  const problem = 'is missing although HOST is not loopback: anyone could order reviews'
  const expected = 'the secret of the webhook on GitHub (openssl rand -hex 32 makes one)'
  return [{ setting: 'GITHUB_WEBHOOK_SECRET', problem, expected }]
}
