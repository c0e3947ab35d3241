import type { Clock } from '../base/clock.ts'
import type { CacheLookup } from '../llm/model.ts'
import type { AnswerCache, AnswerKey, AnswerLease, Turn } from './answer-cache.ts'
import type { CacheOperation } from '../telemetry/metrics.ts'
import { decodeEntry, type KeptAnswer } from './answer-entry.ts'

/** Told what the cache did. Nothing that it is told of fails a question. */
export interface CacheObserver {
  /** Once for each question. */
  lookup(lookup: CacheLookup): void
  /** An entry that could not be read, and was removed. */
  badEntry(): void
  error(operation: CacheOperation, error: unknown): void
}

/** What a look led to: an answer, the right to ask for it while others wait, or the model without the cache. */
export type Found =
  | { readonly kind: 'answer'; readonly answer: KeptAnswer; readonly lookup: 'hit' | 'wait' }
  | { readonly kind: 'lease'; readonly lease: AnswerLease; readonly lookup: 'miss' | 'bad-entry' }
  | { readonly kind: 'nothing'; readonly lookup: 'error' | 'bad-entry' }

interface LookOptions {
  readonly cache: Pick<AnswerCache, 'take' | 'remove'>
  readonly clock: Clock
  /** A number in [0, 1). */
  readonly random: () => number
  readonly observer: CacheObserver
}

/** How long nobody else asks after a holder died. */
export const LEASE_MS = 10_000
/** How often to look for an answer that somebody else is asking for: soon at first, then less often. */
const FIRST_PAUSE_MS = 50
const LAST_PAUSE_MS = 500

/** Looks until there is an answer, or until it is our turn to ask for it. Throws when the signal aborts, and only then. */
export async function lookUp(
  key: AnswerKey,
  isReadable: (value: unknown) => boolean,
  { cache, clock, random, observer }: LookOptions,
  signal: AbortSignal,
): Promise<Found> {
  let isBad = false
  let pauseMs = FIRST_PAUSE_MS
  for (;;) {
    let turn: Turn
    try {
      turn = await cache.take(key, LEASE_MS)
    } catch (error) {
      observer.error('take', error)
      return { kind: 'nothing', lookup: 'error' }
    }
    if (turn.kind === 'lease') return { ...turn, lookup: isBad ? 'bad-entry' : 'miss' }
    if (turn.kind === 'kept') {
      const answer = decodeEntry(key, turn.entry)
      const lookup = pauseMs === FIRST_PAUSE_MS ? 'hit' : 'wait'
      if (answer && isReadable(answer.value)) return { kind: 'answer', answer, lookup }
      observer.badEntry()
      // One that comes back although it was removed is left alone.
      if (isBad) return { kind: 'nothing', lookup: 'bad-entry' }
      isBad = true
      await cache.remove(key, turn.entry).catch((error: unknown) => observer.error('remove', error))
    } else {
      await clock.sleep(pauseMs * (0.75 + random() / 2), signal)
      pauseMs = Math.min(pauseMs * 1.5, LAST_PAUSE_MS)
    }
  }
}
