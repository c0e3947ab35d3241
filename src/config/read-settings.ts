import type { SettingFault } from './config-error.ts'
import { meantSetting } from './misspelt.ts'
import type { Setting } from './setting.ts'
import { settings, type SettingName, type SettingValues } from './settings.ts'

/** What the environment says, setting by setting. */
export interface ReadSettings {
  /** A setting that is unset, or whose value is wrong, is undefined here. */
  readonly values: Partial<SettingValues>
  /** The settings that the environment sets, rightly or wrongly. */
  readonly present: ReadonlySet<SettingName>
  readonly faults: readonly SettingFault[]
}

/** Reads every setting by itself. Blanks around a value do not count, and a blank value is as good as none. */
export function readSettings(env: NodeJS.ProcessEnv): ReadSettings {
  const values: Partial<Record<SettingName, unknown>> = {}
  const present = new Set<SettingName>()
  const faults: SettingFault[] = []
  for (const [key, setting] of Object.entries(settings)) {
    const name = key as SettingName // the keys of the table
    const written = env[name]?.trim() ?? ''
    if (written) present.add(name)
    const read = readSetting(name, setting, written || setting.default)
    if ('fault' in read) faults.push(read.fault)
    else values[name] = read.value
  }
  faults.push(...misspeltSettings(env, present))
  // Each value was read by the type that the table gives to its name.
  return { values: values as Partial<SettingValues>, present, faults }
}

function readSetting(
  name: string,
  setting: Setting<unknown>,
  text: string | undefined,
): { readonly value: unknown } | { readonly fault: SettingFault } {
  if (text === undefined) return { value: undefined }
  const { expected } = setting.type
  // Files for `docker run --env-file` keep quotes as part of the value.
  if (/^(["']).*\1$/s.test(text)) {
    return { fault: { setting: name, problem: 'has quotes around it, and they count', expected } }
  }
  const parsed = setting.type.schema.safeParse(text)
  if (parsed.success) return { value: parsed.data }
  const problem = parsed.error.issues[0]?.message ?? 'is wrong'
  return { fault: { setting: name, problem, expected } }
}

function misspeltSettings(env: NodeJS.ProcessEnv, present: ReadonlySet<string>): SettingFault[] {
  const known = Object.keys(settings)
  return Object.keys(env).flatMap((name) => {
    if (!env[name]?.trim()) return []
    const meant = meantSetting(name, known)
    if (!meant || present.has(meant)) return []
    return [{ setting: name, problem: `is not a setting: did you mean ${meant}?` }]
  })
}
