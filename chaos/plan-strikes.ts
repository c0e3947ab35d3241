import type { Failure } from './failure.ts'
import type { Random } from './random.ts'
import { callsWith, type Call, type QueuePlace, type Step } from './steps.ts'

/** Processes of the product. */
export const processNames = ['web', 'worker-1', 'worker-2'] as const
export type ProcessName = (typeof processNames)[number]

export type Victim = ProcessName | 'postgres' | 'redis'

/** Something is struck when the step is reached for the `nth` time. */
interface AtStep {
  readonly step: Step
  readonly nth: number
}

/** A process or a server goes away, and is there again after `downMs`. */
export interface VictimStrike extends AtStep {
  /**
   * `kill`: SIGKILL, and started again.
   * `restart`: ended as an upgrade would, with the time that it takes to finish its work, and started again.
   * `freeze`: SIGSTOP, until its lease is long over, and SIGCONT: a machine that swapped, or a virtual one that was
   * moved. It goes on where it was, and must notice that another has its work.
   */
  readonly how: 'kill' | 'restart' | 'freeze'
  /** `involved`: the process that makes the call, or, for a delivery, takes it. */
  readonly victim: Victim | 'involved'
  readonly downMs: number
  /** A Redis that was killed comes back empty: the disk is gone as well, or a replica that knew nothing took over. */
  readonly wiped: boolean
}

/** GitHub or the model fails by itself, once. */
export interface FailureStrike extends AtStep {
  readonly how: 'fail'
  readonly failure: Failure
}

export type Strike = VictimStrike | FailureStrike

/**
 * One strike at a process or server, often with another one, perhaps while the first is mended; and now and then what costs a job no attempt.
 * Not more than two, because each may cost a job an attempt, and after the fourth it is given up by design.
 */
export function planStrikes(queue: QueuePlace, random: Random): Strike[] {
  const ordinary = callsWith(queue).filter((call) => call.ordinary)
  const others = callsWith(queue).filter((call) => !call.ordinary)
  const strikes: Strike[] = [planVictim(queue, ordinary, random)]
  if (random.chance(0.15)) strikes.push(planVictim(queue, ordinary, random))
  else if (random.chance(0.25)) strikes.splice(0, 1, ...planUnusual(queue, others, random))
  else if (random.chance(0.35)) strikes.push(planFailure('github', random))
  if (random.chance(0.25)) strikes.push(planRateLimit(random))
  if (random.chance(0.25)) strikes.push(planFailure('model', random))
  return strikes
}

/** What has a run make a call that it makes only after a failure: the call it is of, and how that fails. */
const provokedBy: Readonly<Record<string, Omit<FailureStrike, 'how' | 'nth'>>> = {
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews': {
    step: {
      service: 'github',
      call: 'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
      when: 'after',
    },
    failure: { kind: 'cut' },
  },
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': {
    step: { service: 'github', call: 'POST /repos/{owner}/{repo}/check-runs', when: 'after' },
    failure: { kind: 'cut' },
  },
  // Many files are read one by one where they do not come at once.
  'GET /repos/{owner}/{repo}/contents/{path}': {
    step: { service: 'github', call: 'POST /graphql', when: 'before' },
    failure: { kind: 'status', status: 502 },
  },
  'queue-retry': {
    step: { service: 'github', call: 'GET /repos/{owner}/{repo}/pulls/{pull_number}', when: 'before' },
    failure: { kind: 'status', status: 502 },
  },
  'queue-promote': {
    step: { service: 'github', call: 'GET /repos/{owner}/{repo}/pulls/{pull_number}', when: 'before' },
    failure: { kind: 'status', status: 502 },
  },
  // Longer than a third of a lease: then comes the heartbeat.
  'queue-extend': {
    step: { service: 'model', call: 'POST /v1/chat/completions', when: 'before' },
    failure: { kind: 'limit', status: 429, retryAfterSeconds: 5 },
  },
}

/** A strike at a step that few runs reach, with what makes this one reach it, where that is known. */
function planUnusual(queue: QueuePlace, others: readonly Call[], random: Random): Strike[] {
  const strike = planVictim(queue, others, random)
  const provocation = provokedBy[strike.step.call]
  return provocation
    ? [
        { how: 'fail', nth: 1, ...provocation },
        { ...strike, nth: 1 },
      ]
    : [strike]
}

/** What is called, by how often something is struck at one of its steps. */
const weighted = [
  'webhook',
  'github',
  'github',
  'github',
  'model',
  'postgres',
  'postgres',
  'postgres',
  'queue',
  'queue',
] as const

/** The queue by itself, wherever it is. */
function calledBy({ service, queue }: Call): (typeof weighted)[number] {
  return queue === undefined && service !== 'redis' ? service : 'queue'
}

function planVictim(queue: QueuePlace, among: readonly Call[], random: Random): VictimStrike {
  // First what is called, then one of its calls: PostgreSQL has most calls, and would have most of the strikes.
  const called = random.pick(weighted.filter((kind) => among.some((call) => calledBy(call) === kind)))
  const call = random.pick(among.filter((call) => calledBy(call) === called))
  const how = random.pick(['kill', 'kill', 'kill', 'kill', 'kill', 'restart', 'freeze'] as const)
  const servers: readonly Victim[] = queue === 'redis' ? ['postgres', 'redis'] : ['postgres']
  return {
    how,
    step: { service: call.service, call: call.name, when: random.pick(['before', 'after']) },
    nth: random.pick([1, 1, 1, 2, 3]),
    victim:
      how === 'freeze' || random.chance(0.6)
        ? 'involved'
        : random.chance(0.4)
          ? random.pick(processNames)
          : random.pick(servers),
    downMs: how === 'freeze' ? random.between(12_000, 16_000) : random.pick([0, 0, 500, 2_000, 4_000]),
    wiped: how === 'kill' && random.chance(0.4),
  }
}

function planFailure(service: 'github' | 'model', random: Random): FailureStrike {
  const before: readonly Failure[] = [
    { kind: 'status', status: random.pick([500, 502, 503]) },
    { kind: 'cut' },
  ]
  const half: readonly Failure[] = service === 'model' ? [{ kind: 'half' }] : []
  const when = random.pick(['before', 'after', 'after'] as const)
  return failAt(service, when, random.pick(when === 'before' ? before : [...before, ...half]), random)
}

/** Waited for by whoever asked: a question at once, a run by the queue, which does not count it. */
function planRateLimit(random: Random): FailureStrike {
  const service = random.pick(['github', 'github', 'model'] as const)
  const status = service === 'github' ? random.pick([403, 429] as const) : 429
  return failAt(service, 'before', { kind: 'limit', status, retryAfterSeconds: random.between(1, 2) }, random)
}

function failAt(
  service: 'github' | 'model',
  when: Step['when'],
  failure: Failure,
  random: Random,
): FailureStrike {
  const { name } = random.pick(callsWith('redis').filter((call) => call.service === service && call.ordinary))
  return { how: 'fail', step: { service, call: name, when }, nth: random.pick([1, 1, 2, 3]), failure }
}
