import { PermanentError } from '../base/errors.ts'

/** One thing that is wrong with the settings. Never holds a value. */
export interface SettingFault {
  readonly setting: string
  /** Goes on after the setting's name: "is not a whole number". */
  readonly problem: string
  /** What would be right, where the problem does not say it. */
  readonly expected?: string
}

/** The settings are wrong: all that is wrong with them at once. */
export class ConfigError extends PermanentError {
  override name = 'ConfigError'
  readonly faults: readonly SettingFault[]

  constructor(faults: readonly SettingFault[]) {
    const lines = faults.map((fault) => `  ${describeFault(fault)}`)
    const count = faults.length === 1 ? 'One setting is wrong' : `${faults.length} settings are wrong`
    super([`${count}:`, ...lines, 'docs/configuration.md describes every setting.'].join('\n'))
    this.faults = faults
  }
}

/** One line. */
export function describeFault(fault: SettingFault): string {
  const said = `${fault.setting} ${fault.problem}`
  return fault.expected === undefined ? said : `${said}. Expected: ${fault.expected}`
}
