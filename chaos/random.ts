import { createHash } from 'node:crypto'

/** Numbers that follow from a seed alone: the same seed gives the same numbers, in the same order, on every machine. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** True that often, in the long run: 0 never, 1 always. */
  chance(probability: number): boolean
  /** Throws for an empty list. */
  pick<Item>(items: readonly Item[]): Item
}

export function createRandom(seed: string): Random {
  let drawn = 0
  /** In [0, 1). */
  const next = (): number => {
    const digest = createHash('sha256').update(`${seed}/${drawn++}`).digest()
    return digest.readUInt32BE() / 2 ** 32
  }
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    between,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const [item] = items.slice(between(0, items.length - 1))
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
  }
}
