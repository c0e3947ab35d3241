import type { Random } from './random.ts'
import { calls, type Service, type Step } from './steps.ts'

/** Processes of the product. */
export const processNames = ['web', 'worker-1', 'worker-2'] as const
export type ProcessName = (typeof processNames)[number]

export type Victim = ProcessName | 'postgres' | 'redis'

/** Strike the victim when the step is reached for the `nth` time, and let it go on after `downMs`. */
export interface KillPlan {
  readonly step: Step
  /**
   * `kill`: SIGKILL, and started again. `freeze`: SIGSTOP, until its lease is long over, and SIGCONT: a machine that
   * swapped, or a virtual one that was moved. It goes on where it was, and must notice that another has its work.
   */
  readonly how: 'kill' | 'freeze'
  readonly nth: number
  /** `involved`: the process that makes the call, or, for a delivery, takes it. */
  readonly victim: Victim | 'involved'
  readonly downMs: number
  /** A Redis that was killed comes back empty: the disk is gone as well, or a replica that knew nothing took over. */
  readonly wiped: boolean
}

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
  readonly pullRequests: readonly PullRequestPlan[]
  readonly moves: readonly Move[]
  readonly kills: readonly KillPlan[]
}

export function planRun(run: number, random: Random): RunPlan {
  const pullRequests = Array.from({ length: random.between(2, 4) }, (_, index) =>
    planPullRequest(index + 1, random),
  )
  return { run, pullRequests, moves: planMoves(pullRequests, random), kills: planKills(random) }
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

/** One kill at a step that every run reaches, and half of the time another one, perhaps while the first is mended. */
function planKills(random: Random): KillPlan[] {
  const ordinary = calls.filter((call) => call.ordinary)
  const others = calls.filter((call) => !call.ordinary)
  const kills = [planKill(ordinary, random)]
  if (random.chance(0.5)) kills.push(planKill(random.chance(0.5) ? others : ordinary, random))
  return kills
}

/** Services by how often something is killed at one of their steps. */
const weighted: readonly Service[] = [
  'webhook',
  'github',
  'github',
  'github',
  'model',
  'postgres',
  'postgres',
  'postgres',
  'redis',
  'redis',
]

function planKill(among: typeof calls, random: Random): KillPlan {
  // First a service, then one of its calls: PostgreSQL has most calls, and would have most of the kills.
  const service = random.pick(weighted.filter((kind) => among.some((call) => call.service === kind)))
  const { name } = random.pick(among.filter((call) => call.service === service))
  const freezes = random.chance(0.15)
  return {
    how: freezes ? 'freeze' : 'kill',
    step: { service, call: name, when: random.pick(['before', 'after']) },
    nth: random.pick([1, 1, 1, 2, 3]),
    victim:
      freezes || random.chance(0.6)
        ? 'involved'
        : random.pick(['web', 'worker-1', 'worker-2', 'postgres', 'postgres', 'redis', 'redis']),
    downMs: freezes ? random.between(12_000, 16_000) : random.pick([0, 0, 500, 2_000, 4_000]),
    wiped: random.chance(0.4),
  }
}
