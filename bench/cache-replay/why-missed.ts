import type { ModelCall } from '../../src/review/model-call.ts'

/** Why a question of a later push was paid. */
export type MissReason =
  /** No earlier push of the pull request asked about the file. */
  | 'a file that is new to the pull request'
  /** What the unit itself shows. */
  | 'its hunks changed'
  /** Only what stands around it. */
  | 'its context changed'
  | 'other claims to verify'
  | 'other claims to compare'
  | 'something else'

/** Compares a paid question with all that were asked about its file before, and takes the one most like it. */
export function whyMissed(missed: ModelCall, before: readonly ModelCall[]): MissReason {
  if (missed.purpose === 'compare') return 'other claims to compare'
  const earlier = before.filter(({ unit, purpose }) => unit === missed.unit && purpose === missed.purpose)
  if (earlier.length === 0)
    return missed.purpose === 'verify' && before.some(({ unit }) => unit === missed.unit)
      ? 'other claims to verify'
      : 'a file that is new to the pull request'
  const changed = earlier
    .map((call) => changedParts(missed, call))
    .reduce((least, other) => (other.length < least.length ? other : least))
  if (changed.length === 0) return 'something else'
  if (changed.some((part) => part.includes('hunks'))) return 'its hunks changed'
  if (changed.every((part) => part.includes('context'))) return 'its context changed'
  return missed.purpose === 'verify' ? 'other claims to verify' : 'something else'
}

/** Of the prompt, where its parts have names. */
function changedParts({ cache }: ModelCall, other: ModelCall): string[] {
  const parts = cache?.parts ?? {}
  const others = other.cache?.parts ?? {}
  return Object.keys({ ...parts, ...others }).filter(
    (name) => name.startsWith('prompt: ') && parts[name] !== others[name],
  )
}
