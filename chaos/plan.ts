import { planStrikes, type Strike } from './plan-strikes.ts'
import type { Random } from './random.ts'
import type { QueuePlace } from './steps.ts'

/** What happens to one delivery on its way. */
export interface Mischief {
  readonly delayMs: number
  /** It arrives twice, under the same id. */
  readonly twice: boolean
  /** The same event arrives under another id as well: the hook of an App and the hook of a repository. */
  readonly twin: boolean
}

export interface Move {
  readonly kind: 'open' | 'push' | 'close'
  /** Which pull request: they are numbered in the order in which they are opened, from 1. */
  readonly number: number
  /** After the move before it. */
  readonly afterMs: number
  readonly mischief: Mischief
}

export interface PullRequestPlan {
  readonly number: number
  readonly language: 'go' | 'python'
  /** One for each head, the first included: how many of its two changes are planted faults. */
  readonly faults: readonly number[]
  readonly closes: boolean
}

/** Everything about one run that is chance. */
export interface RunPlan {
  readonly run: number
  readonly queue: QueuePlace
  readonly pullRequests: readonly PullRequestPlan[]
  readonly moves: readonly Move[]
  readonly strikes: readonly Strike[]
}

/** One run in so many is played without Redis, its queue in PostgreSQL. */
const WITHOUT_REDIS = 4

/** Follows from the number and the random numbers alone. */
export function planRun(run: number, random: Random): RunPlan {
  const queue = run % WITHOUT_REDIS === 0 ? 'postgres' : 'redis'
  const pullRequests = Array.from({ length: random.between(2, 4) }, (_, index) =>
    planPullRequest(index + 1, random),
  )
  const moves = planMoves(pullRequests, random)
  return { run, queue, pullRequests, moves, strikes: planStrikes(queue, random) }
}

function planPullRequest(number: number, random: Random): PullRequestPlan {
  const heads = random.pick([1, 1, 2, 2, 3])
  return {
    number,
    language: random.chance(0.3) ? 'python' : 'go',
    faults: Array.from({ length: heads }, () => random.between(0, 2)),
    closes: random.chance(0.15),
  }
}

/** The moves of all pull requests, shuffled, but for the order in which each must happen. */
function planMoves(pullRequests: readonly PullRequestPlan[], random: Random): Move[] {
  const left = pullRequests.map(({ number, faults, closes }) => {
    const pushes = faults.slice(1).map(() => 'push' as const)
    return { number, kinds: ['open' as const, ...pushes, ...(closes ? (['close'] as const) : [])] }
  })
  const moves: Move[] = []
  let opened = 0
  for (;;) {
    const possible = left.filter(({ number, kinds }) => kinds.length > 0 && number <= opened + 1)
    if (possible.length === 0) return moves
    const { number, kinds } = random.pick(possible)
    const [kind = 'open', ...others] = kinds
    left[number - 1] = { number, kinds: others }
    opened = Math.max(opened, number)
    moves.push({ kind, number, afterMs: random.between(0, 600), mischief: planMischief(random) })
  }
}

function planMischief(random: Random): Mischief {
  return {
    delayMs: random.chance(0.3) ? random.between(50, 2_500) : 0,
    twice: random.chance(0.25),
    twin: random.chance(0.1),
  }
}
