import { setTimeout as delay } from 'node:timers/promises'
import { errorMessage } from '../src/base/errors.ts'
import { openScratchRepository } from '../test/scratch-repository.ts'
import { commitHistory, type PlannedHeads } from './history.ts'
import { lookAt } from './look.ts'
import type { Passage, Verdict } from './gatekeeper.ts'
import { judgeRun, type Outcome, type Shown } from './outcome.ts'
import type { Move, RunPlan } from './plan.ts'
import type { ProcessName, Strike, VictimStrike } from './plan-strikes.ts'
import type { Surroundings } from './surroundings.ts'
import { stepName } from './steps.ts'

export interface RunResult extends Outcome {
  /** The steps at which something was killed, ended or frozen. */
  readonly killedAt: readonly string[]
  /** The steps at which GitHub or the model failed by itself. */
  readonly failedAt: readonly string[]
  /** From the first kill until all was quiet; absent when nothing was killed, or something was frozen: that takes its time. */
  readonly recoveryMs?: number
}

/** Longer than any recovery: the last retry of a job comes up to five minutes after the one before it. What is not there by then is lost. */
const PATIENCE_MS = 400_000
/** How long nothing may happen before it counts as quiet. */
const QUIET_MS = 1_000

/** Plays one run of the plan, waits until all is quiet, and compares what GitHub shows with what is owed. */
export async function playRun(
  surroundings: Surroundings,
  plan: RunPlan,
  say: (line: string) => void,
): Promise<RunResult> {
  const scratch = openScratchRepository()
  const striker = createStriker(surroundings, plan.strikes, say)
  try {
    const repository = `owner-${plan.run}/values`
    const planned = commitHistory(scratch, plan)
    await surroundings.github.addRepository(repository, scratch.folder)
    surroundings.listen((line) => say(`  ${line}`))
    striker.arm()
    const closed = await makeMoves(surroundings, repository, plan.moves, planned)
    const quietAt = await untilQuiet(surroundings, repository, planned, closed, striker)
    await striker.disarm()
    const shown = await lookAtAll(surroundings, repository, planned, closed)
    const outcome = judgeRun(planned, shown, surroundings.journal.of(repository))
    const since = striker.recoveringSince()
    return {
      ...outcome,
      killedAt: striker.killedAt(),
      failedAt: striker.failedAt(),
      ...(since !== undefined && { recoveryMs: Math.max(0, quietAt - since) }),
    }
  } finally {
    await striker.disarm()
    scratch.close()
  }
}

interface Striker {
  arm(): void
  /** Resolves when all that was killed runs again. */
  disarm(): Promise<void>
  killedAt(): readonly string[]
  failedAt(): readonly string[]
  /** Since when the system has been recovering; undefined when nothing was killed, or something was frozen. */
  recoveringSince(): number | undefined
  isMending(): boolean
}

function createStriker(
  surroundings: Surroundings,
  strikes: readonly Strike[],
  say: (line: string) => void,
): Striker {
  const killedAt: string[] = []
  const failedAt: string[] = []
  const mending = new Set<Promise<void>>()
  let firstKillAt: number | undefined
  let hasFrozen = false

  function mendLater(mend: () => Promise<void>): void {
    const mended = mend()
      .catch((error: unknown) => say(`  what was struck did not come back: ${errorMessage(error)}`))
      .finally(() => mending.delete(mended))
    mending.add(mended)
  }

  async function onReached(strike: Strike, { by }: Passage): Promise<Verdict> {
    const name = stepName(strike.step)
    if (strike.how !== 'fail') return await onVictim(strike, name, by)
    say(`  ${name} of ${by}: ${strike.step.service} fails, ${JSON.stringify(strike.failure)}`)
    failedAt.push(name)
    return strike.failure
  }

  async function onVictim(strike: VictimStrike, name: string, by: ProcessName): Promise<Verdict> {
    const { step, how, downMs, wiped } = strike
    const victim = strike.victim === 'involved' ? by : strike.victim
    const isEmptied = victim === 'redis' && wiped
    say(`  ${name} of ${by}: ${how} ${victim}, for ${downMs} ms${isEmptied ? ', wiped' : ''}`)
    killedAt.push(name)
    const startLater = async (): Promise<void> => {
      await delay(downMs)
      await surroundings.start(victim, isEmptied)
    }
    const backAnyway = async (error: unknown): Promise<never> => {
      await startLater()
      throw error
    }
    if (how === 'freeze') {
      hasFrozen = true
      surroundings.freeze(by)
      mendLater(() => delay(downMs).then(() => surroundings.thaw(by)))
      return 'go'
    }
    if (how === 'restart') {
      // Not waited for: it may want to finish this very call.
      mendLater(() => surroundings.end(victim).then(startLater, backAnyway))
      return 'go'
    }
    firstKillAt ??= performance.now()
    await surroundings.kill(victim)
    mendLater(startLater)
    return victim === by || victim === step.service ? 'stop' : 'go'
  }

  return {
    arm: () => surroundings.keeper.arm(strikes, onReached),
    disarm: async () => {
      surroundings.keeper.arm([], () => Promise.resolve('go'))
      while (mending.size > 0) await Promise.all(mending)
    },
    killedAt: () => killedAt,
    failedAt: () => failedAt,
    recoveringSince: () => (hasFrozen ? undefined : firstKillAt),
    isMending: () => mending.size > 0,
  }
}

/** What people do on GitHub. Returns the numbers of the pull requests that they closed. */
async function makeMoves(
  { github, deliveries }: Surroundings,
  repository: string,
  moves: readonly Move[],
  planned: readonly PlannedHeads[],
): Promise<ReadonlySet<number>> {
  const closed = new Set<number>()
  const next = new Map<number, number>()
  const answered: Promise<unknown>[] = []
  for (const { kind, number, afterMs, mischief } of moves) {
    await delay(afterMs)
    const pullRequest = planned.find((one) => one.number === number)
    const at = next.get(number) ?? 0
    const head = pullRequest?.heads[kind === 'close' ? at - 1 : at]?.commit
    if (!pullRequest || head === undefined) throw new Error(`the plan has no head for ${kind} of #${number}`)
    const action = { open: 'opened', push: 'synchronize', close: 'closed' }[kind]
    const left = deliveries.expect({ repository, number, action, head }, mischief)
    const { branch } = pullRequest
    if (kind === 'close') {
      closed.add(number)
      answered.push(github.closePullRequest(repository, number))
    } else {
      next.set(number, at + 1)
      answered.push(
        kind === 'push'
          ? github.push(repository, branch, head)
          : github
              .push(repository, branch, head)
              .then(() => github.openPullRequest({ repository, head: branch })),
      )
    }
    // The next move waits until GitHub knows of this one, and not until we answered: so deliveries overtake each other.
    await left
  }
  await Promise.all(answered)
  await deliveries.settled()
  return closed
}

/**
 * Resolves with the time since which every run has ended, the queue is empty, and what is
 * owed stands on GitHub; or when patience is at its end.
 */
async function untilQuiet(
  surroundings: Surroundings,
  repository: string,
  planned: readonly PlannedHeads[],
  closed: ReadonlySet<number>,
  striker: Striker,
): Promise<number> {
  const end = performance.now() + PATIENCE_MS
  let quietSince: number | undefined
  for (;;) {
    const now = performance.now()
    const isQuiet = !striker.isMending() && (await nothingToDo().catch(() => false))
    quietSince = isQuiet ? (quietSince ?? now) : undefined
    if (quietSince !== undefined && now - quietSince >= QUIET_MS) return quietSince
    if (now > end) return now
    await delay(200)
  }

  async function nothingToDo(): Promise<boolean> {
    if ((await surroundings.ledger.unended(repository)) > 0) return false
    const { ready, delayed, leased } = await surroundings.queue.depth()
    if (ready + delayed + leased > 0) return false
    const shown = await lookAtAll(surroundings, repository, planned, closed)
    const { owed, delivered } = judgeRun(planned, shown, [])
    return owed === delivered
  }
}

async function lookAtAll(
  surroundings: Surroundings,
  repository: string,
  planned: readonly PlannedHeads[],
  closed: ReadonlySet<number>,
): Promise<Shown[]> {
  const shown: Shown[] = []
  for (const pullRequest of planned)
    shown.push(await lookAt(surroundings, repository, pullRequest, !closed.has(pullRequest.number)))
  return shown
}
