import pLimit from 'p-limit'
import type { Unit } from '../units.ts'

/** Contexts that are gathered at once: readers of a tree who come together share its looks. */
const AT_ONCE = 32

export interface LookAhead {
  /** The context of one of the units; undefined for any other. */
  contextOf(unit: Unit): Promise<string> | undefined
  /** Begins no further context, and ends when nobody gathers any more. */
  stop(): Promise<void>
}

/**
 * Gathers the contexts of units before they are asked about, in their order, so that readers look into the tree together
 * rather than one after the other. What fails meets whoever asks for that context.
 */
export function lookAhead(units: readonly Unit[], gather: (unit: Unit) => Promise<string>): LookAhead {
  const run = pLimit(AT_ONCE)
  let isStopped = false
  const contexts = new Map(units.map((unit) => [unit, run(() => (isStopped ? '' : gather(unit)))] as const))
  const ended = Promise.allSettled(contexts.values())
  return {
    contextOf: (unit) => contexts.get(unit),
    async stop() {
      isStopped = true
      await ended
    },
  }
}
