import type { LoggedRequest } from '../emulators/github/request-log.ts'
import type { Sample } from './growth.ts'
import { idealSchedule } from './ideal-schedule.ts'
import type { LedgerRun } from './load-ledger.ts'
import type { LoadOptions } from './options.ts'
import { percentiles, type Percentiles } from './percentiles.ts'
import type { LevelObservations } from './play-level.ts'
import type { DepthSample } from './queue-watch.ts'

/** What one level came to. Times in milliseconds, shares from 0 to 1; undefined where nothing was measured. */
export interface LevelReport {
  readonly prs: number
  /** Deliveries came within so long; 0: at once. */
  readonly overMs: number
  readonly tookMs: number
  readonly reviewsPerMinute: number
  readonly acknowledgement: Percentiles | undefined
  /** From the delivery of a head to its review on GitHub; of heads whose deliveries came as planned, pushes included. */
  readonly endToEnd: Percentiles | undefined
  /** The same on a machine that takes no time itself: see `idealSchedule`. */
  readonly ideal: Percentiles | undefined
  /** Of the 95th percentiles. */
  readonly toIdeal: number | undefined
  readonly deliveries: { readonly sent: number; readonly redelivered: number; readonly refused: number }
  readonly owed: number
  readonly delivered: number
  /** What is lost, said twice, or not accounted for, in words. */
  readonly faults: readonly string[]
  /** Of the owed reviews, how many are not there. */
  readonly errorRate: number | undefined
  readonly deadLetters: number
  readonly runs: Readonly<Record<string, number>>
  readonly transientFaults: {
    /** Pull requests of which a question or a call to GitHub was made to fail. */
    readonly struck: number
    readonly recovered: number
    /** Of the struck. */
    readonly rate: number | undefined
  }
  readonly calls: CallFigures
  readonly cache: { readonly hits: number; readonly asked: number; readonly hitRate: number | undefined }
  /** Tokens of a one-file push to a reviewed pull request, in tokens of its first review: the mean. */
  readonly pushTokenShare: number | undefined
  readonly model: { readonly questions: number; readonly mostAtOnce: number }
  readonly processes: Readonly<Record<string, ProcessFigures>>
  /** For the charts. */
  readonly endToEndMs: readonly number[]
  readonly idealMs: readonly number[]
  readonly depths: readonly DepthSample[]
  readonly samples: Readonly<Record<string, readonly Sample[]>>
}

interface CallFigures {
  /** All calls by the number of measured reviews: those of runs that gave way to a newer head, and failed ones, count too. */
  readonly readsPerReview: number | undefined
  readonly writesPerReview: number | undefined
  /** By kind, of all of them. */
  readonly byKind: Readonly<Record<string, number>>
}

interface ProcessFigures {
  /** Of one core: 1 is all of it. */
  readonly meanCpu: number | undefined
  readonly maxMegabytes: number
  readonly maxHandles: number
  readonly maxSockets: number
}

type Bounds = Pick<
  LoadOptions,
  | 'workers'
  | 'concurrency'
  | 'unitConcurrency'
  | 'modelConcurrency'
  | 'modelLatency'
  | 'githubLatency'
  | 'effort'
>

export function measureLevel(seen: LevelObservations, bounds: Bounds): LevelReport {
  const { level, sent, runs, outcome, tookMs, model } = seen
  const endToEndMs = endToEndOf(seen)
  const idealMs = idealOf(seen, bounds)
  const endToEnd = measured(endToEndMs)
  const ideal = measured(idealMs)
  const measuredReviews = endToEndMs.length
  const cachedCalls = sum(runs, ({ cachedCalls }) => cachedCalls)
  const asked = cachedCalls + sum(runs, ({ paidCalls }) => paidCalls)
  return {
    prs: level.prs,
    overMs: level.overMs,
    tookMs,
    reviewsPerMinute: measuredReviews / (tookMs / 60_000),
    acknowledgement: measured(sent.map(({ answeredMs }) => answeredMs)),
    endToEnd,
    ideal,
    toIdeal: endToEnd && ideal && ratio(endToEnd.p95, ideal.p95),
    deliveries: {
      sent: sent.length,
      redelivered: sent.filter(({ redelivery }) => redelivery).length,
      refused: sent.filter(({ status }) => status < 200 || status > 299).length,
    },
    owed: outcome.owed,
    delivered: outcome.delivered,
    faults: [
      ...outcome.lost.map((fault) => `lost: ${fault}`),
      ...outcome.duplicated.map((fault) => `said twice: ${fault}`),
      ...outcome.unaccounted.map((fault) => `unaccounted: ${fault}`),
    ],
    errorRate: ratio(outcome.owed - outcome.delivered, outcome.owed),
    deadLetters: seen.deadLetters,
    runs: countBy(runs, ({ state }) => state),
    transientFaults: recoveryOf(seen),
    calls: callsOf(seen.requests, measuredReviews),
    cache: { hits: cachedCalls, asked, hitRate: ratio(cachedCalls, asked) },
    pushTokenShare: pushTokenShare(seen),
    model: { questions: model.questions, mostAtOnce: model.mostAtOnce },
    processes: Object.fromEntries([...seen.samples].map(([name, list]) => [name, figuresOf(list)])),
    endToEndMs,
    idealMs,
    depths: seen.depths,
    samples: Object.fromEntries(seen.samples),
  }
}

/** Of every head that was reviewed, but for those pushed at the end. */
function endToEndOf({ plan, heads, sent, reviews }: LevelObservations): number[] {
  return reviews.flatMap(({ number, head, postedAt }) => {
    const at = plan.findIndex((entry) => entry.number === number)
    if (plan[at]?.pushedAtEnd && heads[at]?.heads.at(-1)?.commit === head) return []
    const delivery = sent.find((one) => one.number === number && one.head === head && !one.redelivery)
    return delivery ? [postedAt - delivery.sentAt] : []
  })
}

/** Pushes in mid-review are left out: a run that gives way takes time that depends on when it is told. */
function idealOf({ plan }: LevelObservations, bounds: Bounds): number[] {
  const system = {
    ...bounds,
    modelLatencyMs: bounds.modelLatency,
    githubLatencyMs: bounds.githubLatency,
  }
  const questionsOf = (faults: number): number => (faults > 0 && bounds.effort !== 'quick' ? 2 : 1)
  return idealSchedule(
    system,
    plan.map(({ openedAtMs, files }) => ({
      atMs: openedAtMs,
      units: files.map(({ faults }) => questionsOf(faults.length)),
    })),
  )
}

function recoveryOf({ level, plan, model, outcome }: LevelObservations): LevelReport['transientFaults'] {
  const struck = new Set([
    ...plan.flatMap(({ number, githubFault }) => (githubFault ? [number] : [])),
    ...model.limited.flatMap((name) => {
      const [index, number] = name.split('/').map(Number)
      return index === level.index && number !== undefined ? [number] : []
    }),
  ])
  const bad = [...outcome.lost, ...outcome.duplicated, ...outcome.unaccounted]
  const recovered = [...struck].filter((number) => !bad.some((fault) => fault.startsWith(`#${number}:`)))
  return {
    struck: struck.size,
    recovered: recovered.length,
    rate: ratio(recovered.length, struck.size),
  }
}

function callsOf(requests: readonly LoggedRequest[], reviews: number): CallFigures {
  const isRead = ({ method, path }: LoggedRequest): boolean => method === 'GET' || path === '/graphql'
  const reads = requests.filter(isRead).length
  return {
    readsPerReview: ratio(reads, reviews),
    writesPerReview: ratio(requests.length - reads, reviews),
    byKind: countBy(requests, kindOf),
  }
}

/** A request without what differs from one pull request to another. */
function kindOf({ method, path }: LoggedRequest): string {
  const [plain = ''] = path.split('?')
  const general = plain
    .replace(/^\/repos\/[^/]+\/[^/]+/, '')
    .replaceAll(/[0-9a-f]{40}/g, '…')
    .replaceAll(/\/\d+/g, '/…')
    .replace(/\/compare\/.*/, '/compare/…')
    .replace(/\/contents\/.*/, '/contents/…')
  return `${method} ${general}`
}

function pushTokenShare({ plan, heads, runs }: LevelObservations): number | undefined {
  const shares = plan.flatMap(({ number, pushedAtEnd }, at) => {
    const planned = heads[at]?.heads ?? []
    const runsOf = (head: string | undefined): readonly LedgerRun[] =>
      runs.filter((run) => run.number === number && run.head === head)
    const paid = (head: string | undefined): number => sum(runsOf(head), ({ paidTokens }) => paidTokens)
    const before = planned.slice(0, -1).map(({ commit }) => paid(commit))
    // Of a head that gave way in mid-review nobody knows what its review would have cost.
    const first = Math.max(0, ...before)
    const last = planned.at(-1)?.commit
    // A push that was not reviewed paid nothing, and that is no saving.
    const isReviewed = runsOf(last).some(({ state }) => state === 'completed')
    return pushedAtEnd && isReviewed && first > 0 ? [paid(last) / first] : []
  })
  return ratio(
    shares.reduce((a, b) => a + b, 0),
    shares.length,
  )
}

function figuresOf(samples: readonly Sample[]): ProcessFigures {
  const most = (of: (sample: Sample) => number): number => Math.max(0, ...samples.map(of))
  return {
    meanCpu: ratio(
      sum(samples, ({ cpu }) => cpu),
      samples.length,
    ),
    maxMegabytes: most(({ megabytes }) => megabytes),
    maxHandles: most(({ handles }) => handles),
    maxSockets: most(({ sockets }) => sockets),
  }
}

function countBy<Item>(items: readonly Item[], of: (item: Item) => string): Record<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(of(item), (counts.get(of(item)) ?? 0) + 1)
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a))
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}

function measured(values: readonly number[]): Percentiles | undefined {
  return values.length === 0 ? undefined : percentiles(values)
}

/** Undefined when there is nothing to divide by. */
function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole
}
