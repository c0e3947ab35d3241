import type { z } from 'zod'

/** How the text of a setting is read: an issue's message says what is wrong ("is not a duration"). */
export interface ValueType<Value> {
  readonly schema: z.ZodType<Value, string>
  /** What it must look like, for faults and for the documentation. */
  readonly expected: string
}

/** One environment variable. */
export interface Setting<Value> {
  readonly type: ValueType<Exclude<Value, undefined>>
  /** Read like a value that was set. Without one the setting is undefined when unset. */
  readonly default?: string
  /** What takes the place of a value that is not set, in words; for settings without a default. */
  readonly whenUnset?: string
  /** Shown in `.env.example`. */
  readonly example: string
  readonly meaning: string
  /** Its value is never shown. */
  readonly secret: boolean
}

interface About {
  readonly meaning: string
  readonly example: string
  readonly secret?: true
}

/** A setting that may stay unset. */
export function optional<Value>(
  type: ValueType<Exclude<Value, undefined>>,
  about: About & { readonly whenUnset: string },
): Setting<Value | undefined> {
  return { type, secret: false, ...about }
}

/** A setting that has a value in any case. */
export function defaulted<Value>(
  type: ValueType<Exclude<Value, undefined>>,
  value: string,
  meaning: string,
): Setting<Value> {
  return { type, default: value, example: value, meaning, secret: false }
}
