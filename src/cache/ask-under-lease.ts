import type { Clock } from '../base/clock.ts'
import { whileRepeating } from '../base/while-repeating.ts'
import type { Answer } from '../llm/model.ts'
import type { AnswerCache, AnswerLease } from './answer-cache.ts'
import type { CacheOperation } from '../telemetry/metrics.ts'
import { LEASE_MS, type CacheObserver } from './look-up.ts'

/** An answer, and what to keep of it. Without an entry nothing is kept. */
export interface AskedAnswer {
  readonly asked: Answer
  readonly entry?: string
  readonly ttlMs: number
  readonly repository: string
}

interface LeaseOptions {
  readonly cache: Pick<AnswerCache, 'extend' | 'keep' | 'giveUp'>
  readonly clock: Clock
  readonly observer: CacheObserver
}

/** So that one that comes late, or fails, loses nothing yet. */
const EXTEND_MS = LEASE_MS / 3

/**
 * Asks while the lease is held, and ends it: with the entry for those who wait, or with nothing, so that the next one
 * asks. A lost lease stops nobody: at worst the question is paid twice.
 */
export async function askUnderLease(
  lease: AnswerLease,
  { cache, clock, observer }: LeaseOptions,
  ask: () => Promise<AskedAnswer>,
): Promise<Answer> {
  const quietly = async (operation: CacheOperation, call: () => Promise<void>): Promise<void> => {
    try {
      await call()
    } catch (error) {
      observer.error(operation, error)
    }
  }
  const askAndKeep = async (): Promise<Answer> => {
    try {
      const { asked, entry, ...options } = await ask()
      if (entry === undefined) await quietly('give-up', () => cache.giveUp(lease))
      else await quietly('keep', () => cache.keep(lease, entry, options))
      return asked
    } catch (error) {
      await quietly('give-up', () => cache.giveUp(lease))
      throw error
    }
  }
  const extend = async (): Promise<boolean> => {
    try {
      return await cache.extend(lease, LEASE_MS)
    } catch (error) {
      observer.error('extend', error)
      return true
    }
  }
  return await whileRepeating(askAndKeep, extend, { everyMs: EXTEND_MS, clock })
}
