import { ConfigError, describeFault } from '../../config/config-error.ts'
import type { Config } from '../../config.ts'
import type { CheckResult } from '../doctor-command.ts'

/** Whether the settings can be read; the result holds them when they can. */
export function checkSettings(readConfig: () => Config): {
  readonly config?: Config
  readonly result: CheckResult
} {
  try {
    const config = readConfig()
    return { config, result: judge(config) }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const detail = error.faults.map(describeFault).join('\n')
    const cure = 'correct the environment; docs/configuration.md describes every setting'
    return { result: { state: 'failed', detail, cure } }
  }
}

function judge({ warnings }: Config): CheckResult {
  if (warnings.length > 0) return { state: 'warning', detail: warnings.join('\n') }
  return { state: 'ok', detail: 'all can be read' }
}
