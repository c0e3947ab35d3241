import type { Finding } from '../review/finding.ts'
import { assign, type Pair } from './assign.ts'
import type { EvalCase, GoldenFinding } from './eval-case.ts'
import { nearness, type Nearness } from './nearness.ts'

/** What a comment turned out to be. */
export type CommentOutcome =
  /** It alone is taken for this golden finding. */
  | { readonly kind: 'found'; readonly golden: string }
  /** It names a golden finding that another comment is taken for already. */
  | { readonly kind: 'repeated'; readonly golden: string }
  /** It names something that annotators rejected. */
  | { readonly kind: 'known-invalid'; readonly invalid: string }
  /** Nobody knows it: noise, or right and not among the golden ones. */
  | { readonly kind: 'unmatched' }

export interface ScoredComment {
  readonly finding: Finding
  readonly outcome: CommentOutcome
}

export interface ScoredGolden {
  readonly golden: GoldenFinding
  /** The id of the finding that is taken for it. */
  readonly foundBy?: string
  readonly nearness?: Nearness
}

export interface CaseScore {
  readonly comments: readonly ScoredComment[]
  readonly golden: readonly ScoredGolden[]
}

/** Which comments (by index) name a golden finding, and which a rejected one. */
export interface Naming {
  readonly golden: readonly (readonly number[])[]
  readonly invalid: readonly (readonly number[])[]
}

/**
 * Without a judge: a comment in the same file within a few lines is taken for the finding. It misses what is said
 * elsewhere, which makes it a lower bound as a rule, and takes whatever stands there for right.
 */
export function namingByPlace(
  { golden, knownInvalid }: Pick<EvalCase, 'golden' | 'knownInvalid'>,
  comments: readonly Finding[],
): Naming {
  const near = (known: GoldenFinding): number[] =>
    comments.flatMap((comment, index) => (nearness(comment, known) === 'here' ? [index] : []))
  return { golden: golden.map(near), invalid: knownInvalid.map(near) }
}

const costs: Record<Nearness, number> = { here: 0, 'same-file': 1, elsewhere: 2 }

/** Counts: each golden finding is found by one comment at most, and each comment finds one at most. */
export function scoreCase(
  { golden, knownInvalid }: Pick<EvalCase, 'golden' | 'knownInvalid'>,
  comments: readonly Finding[],
  naming: Naming,
): CaseScore {
  const pairs = naming.golden.flatMap((named, index) =>
    named.flatMap((comment): Pair[] => {
      const [finding, known] = [comments[comment], golden[index]]
      return finding && known ? [{ golden: index, comment, cost: costs[nearness(finding, known)] }] : []
    }),
  )
  const commentOf = assign(pairs)
  const goldenOf = new Map([...commentOf].map(([index, comment]) => [comment, index]))

  const outcome = (index: number): CommentOutcome => {
    const taken = golden[goldenOf.get(index) ?? -1]
    if (taken) return { kind: 'found', golden: taken.id }
    const repeated = golden[pairs.find(({ comment }) => comment === index)?.golden ?? -1]
    if (repeated) return { kind: 'repeated', golden: repeated.id }
    const invalid = knownInvalid[naming.invalid.findIndex((named) => named.includes(index))]
    return invalid ? { kind: 'known-invalid', invalid: invalid.id } : { kind: 'unmatched' }
  }
  return {
    comments: comments.map((finding, index) => ({ finding, outcome: outcome(index) })),
    golden: golden.map((known, index) => {
      const finding = comments[commentOf.get(index) ?? -1]
      return finding
        ? { golden: known, foundBy: finding.id, nearness: nearness(finding, known) }
        : { golden: known }
    }),
  }
}
