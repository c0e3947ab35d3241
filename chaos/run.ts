import { setTimeout as delay } from 'node:timers/promises'
import { errorMessage } from '../src/base/errors.ts'
import { openRedis } from '../src/redis/open-redis.ts'
import { openRedisQueue } from '../src/queue/queue.redis.ts'
import { createLogger } from '../src/telemetry/logger.ts'
import { openScratchRepository } from '../test/scratch-repository.ts'
import { commitHistory, type PlannedHeads } from './history.ts'
import { countUnended, lookAt } from './look.ts'
import type { Passage, Verdict } from './gatekeeper.ts'
import { judgeRun, type Outcome, type Shown } from './outcome.ts'
import type { KillPlan, Move, RunPlan } from './plan.ts'
import type { Surroundings } from './surroundings.ts'
import { stepName } from './steps.ts'

export interface RunResult extends Outcome {
  /** The steps at which something was killed. */
  readonly killedAt: readonly string[]
  /** From the first kill until all was quiet; absent when nothing was killed, or something was frozen: that takes its time. */
  readonly recoveryMs?: number
}

/** Longer than any recovery: whatever is not there by then is lost. */
const PATIENCE_MS = 90_000
/** How long nothing may happen before it counts as quiet. */
const QUIET_MS = 1_000

/** Plays one run of the plan, waits until all is quiet, and compares what GitHub shows with what is owed. */
export async function playRun(
  surroundings: Surroundings,
  plan: RunPlan,
  say: (line: string) => void,
): Promise<RunResult> {
  const scratch = openScratchRepository()
  const killer = createKiller(surroundings, plan.kills, say)
  try {
    const repository = `owner-${plan.run}/values`
    const planned = commitHistory(scratch, plan)
    await surroundings.github.addRepository(repository, scratch.folder)
    killer.arm()
    const closed = await makeMoves(surroundings, repository, plan.moves, planned)
    const quietAt = await untilQuiet(surroundings, repository, planned, closed, killer)
    await killer.disarm()
    const shown = await lookAtAll(surroundings, repository, planned, closed)
    const outcome = judgeRun(planned, shown, surroundings.journal.of(repository))
    const since = killer.recoveringSince()
    return {
      ...outcome,
      killedAt: killer.killedAt(),
      ...(since !== undefined && { recoveryMs: Math.max(0, quietAt - since) }),
    }
  } finally {
    await killer.disarm()
    scratch.close()
  }
}

interface Killer {
  arm(): void
  /** Resolves when all that was killed runs again. */
  disarm(): Promise<void>
  killedAt(): readonly string[]
  /** Since when the system has been recovering; undefined when nothing was killed, or something was frozen. */
  recoveringSince(): number | undefined
  isMending(): boolean
}

function createKiller(
  surroundings: Surroundings,
  kills: readonly KillPlan[],
  say: (line: string) => void,
): Killer {
  const killedAt: string[] = []
  const mending = new Set<Promise<void>>()
  let firstKillAt: number | undefined
  let hasFrozen = false

  function mendLater(mend: () => Promise<void>, downMs: number): void {
    const mended = delay(downMs)
      .then(mend)
      .catch((error: unknown) => say(`  what was struck did not come back: ${errorMessage(error)}`))
      .finally(() => mending.delete(mended))
    mending.add(mended)
  }

  async function strike(
    { step, how, victim: planned, downMs, wiped }: KillPlan,
    { by }: Passage,
  ): Promise<Verdict> {
    const victim = planned === 'involved' ? by : planned
    const emptied = victim === 'redis' && wiped ? ', wiped' : ''
    say(`  ${stepName(step)} of ${by}: ${how} ${victim}, for ${downMs} ms${emptied}`)
    killedAt.push(stepName(step))
    firstKillAt ??= performance.now()
    if (how === 'freeze') {
      hasFrozen = true
      surroundings.freeze(by)
      mendLater(async () => surroundings.thaw(by), downMs)
      return 'go'
    }
    await surroundings.kill(victim)
    mendLater(() => surroundings.start(victim, wiped), downMs)
    return victim === by || victim === step.service ? 'stop' : 'go'
  }

  return {
    arm: () => surroundings.keeper.arm(kills, strike),
    disarm: async () => {
      surroundings.keeper.arm([], () => Promise.resolve('go'))
      while (mending.size > 0) await Promise.all(mending)
    },
    killedAt: () => killedAt,
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
 * Resolves with the time since which every delivery was accepted, every run has ended, the queue is empty, and what is
 * owed stands on GitHub; or when patience is at its end. Until the system does so itself, a person has GitHub redeliver
 * what it could not deliver.
 */
async function untilQuiet(
  surroundings: Surroundings,
  repository: string,
  planned: readonly PlannedHeads[],
  closed: ReadonlySet<number>,
  killer: Killer,
): Promise<number> {
  const log = createLogger('silent')
  const redis = openRedis({ url: surroundings.redisUrl, log })
  const queue = openRedisQueue(redis, { log, prefix: 'lorgnette' })
  const end = performance.now() + PATIENCE_MS
  let quietSince: number | undefined
  try {
    for (;;) {
      const now = performance.now()
      const isQuiet = !killer.isMending() && (await nothingToDo().catch(() => false))
      quietSince = isQuiet ? (quietSince ?? now) : undefined
      if (quietSince !== undefined && now - quietSince >= QUIET_MS) return quietSince
      if (now > end) return now
      await delay(200)
    }
  } finally {
    await queue.close()
    await redis.close()
  }

  async function nothingToDo(): Promise<boolean> {
    if (await redeliverFailed(surroundings)) return false
    if ((await countUnended(surroundings.databaseUrl, repository)) > 0) return false
    const { ready, delayed, leased } = await queue.depth()
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

/** Whether there was anything to redeliver. */
async function redeliverFailed({ github }: Surroundings): Promise<boolean> {
  const attempts = await github.deliveries()
  const arrived = new Set(attempts.filter(({ status }) => status === 'OK').map(({ guid }) => guid))
  const failed = new Map(attempts.filter(({ guid }) => !arrived.has(guid)).map(({ guid, id }) => [guid, id]))
  for (const id of failed.values()) await github.redeliver(id)
  return failed.size > 0
}
