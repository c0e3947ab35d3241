import { median } from '../median.ts'

/** The same measurement of two, several times in turn. */
export interface Duel<Figure> {
  /** Of all rounds, in their order. */
  readonly ours: readonly Figure[]
  readonly theirs: readonly Figure[]
}

/** Each round begins with the other one, so that none always runs on a warm or a tired machine. */
export async function duel<Figure>(
  rounds: number,
  measureOurs: () => Promise<Figure>,
  measureTheirs: () => Promise<Figure>,
): Promise<Duel<Figure>> {
  const ours: Figure[] = []
  const theirs: Figure[] = []
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) ours.push(await measureOurs())
    theirs.push(await measureTheirs())
    if (round % 2 === 1) ours.push(await measureOurs())
  }
  return { ours, theirs }
}

/** Ours divided by theirs: the median of the ratios within a round, where both had the same machine. */
export function medianRatio({ ours, theirs }: Duel<number>): number {
  return rounded(median(ours.map((figure, round) => figure / (theirs[round] ?? NaN))), 2)
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
