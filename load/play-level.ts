import { setTimeout as delay } from 'node:timers/promises'
import type { PlannedHeads } from '../chaos/history.ts'
import { lookAt } from '../chaos/look.ts'
import { judgeRun, type Outcome } from '../chaos/outcome.ts'
import type { LoggedRequest } from '../emulators/github/request-log.ts'
import { openScratchRepository } from '../test/scratch-repository.ts'
import type { Sample } from './growth.ts'
import { commitHistory } from './history.ts'
import type { LedgerRun } from './load-ledger.ts'
import type { ModelCounts } from './model-counts.ts'
import type { LoadOptions } from './options.ts'
import type { Sent } from './post-office.ts'
import { watchProcesses } from './process-watch.ts'
import { watchQueue, type DepthSample } from './queue-watch.ts'
import { planScenario, type ScenarioEntry } from './scenario.ts'
import { openSurroundings, type Surroundings } from './surroundings.ts'

export interface Level {
  readonly index: number
  readonly prs: number
  readonly overMs: number
}

/** A review as it stands on GitHub. */
export interface PostedReview {
  readonly number: number
  readonly head: string
  /** Milliseconds since the epoch. */
  readonly postedAt: number
}

/** Everything that was seen of a level; what it means is for `measureLevel` to say. */
export interface LevelObservations {
  readonly level: Level
  readonly plan: readonly ScenarioEntry[]
  readonly heads: readonly PlannedHeads[]
  readonly sent: readonly Sent[]
  readonly reviews: readonly PostedReview[]
  readonly runs: readonly LedgerRun[]
  /** To GitHub, about the level's repository; without those of the pushes at the end. */
  readonly requests: readonly LoggedRequest[]
  readonly model: ModelCounts
  readonly samples: ReadonlyMap<string, readonly Sample[]>
  readonly depths: readonly DepthSample[]
  readonly deadLetters: number
  readonly outcome: Outcome
  /** From the first delivery until all was quiet, without the pushes at the end. */
  readonly tookMs: number
}

/** What is not done by then is lost. */
const PATIENCE_MS = 900_000
/** The code of every process is compiled, and its connections are open, before anything is measured. */
const WARM_UPS_PER_WORKER = 2

/** Plays one level on surroundings of its own. */
export async function playLevel(
  options: LoadOptions,
  level: Level,
  say: (line: string) => void,
): Promise<LevelObservations> {
  const surroundings = await openSurroundings(options)
  try {
    const calm = { ...options, pushes: 0, redeliveries: 0, githubErrors: 0, githubLimits: 0 }
    const warmUps = options.workers * WARM_UPS_PER_WORKER
    await play(surroundings, calm, { index: 0, prs: warmUps, overMs: 0 }, () => undefined)
    return await play(surroundings, options, level, say)
  } finally {
    await surroundings.close()
  }
}

async function play(
  surroundings: Surroundings,
  options: LoadOptions,
  level: Level,
  say: (line: string) => void,
): Promise<LevelObservations> {
  const { github, postOffice, ledger, loadLedger, queue, model } = surroundings
  const repository = `load/level-${level.index}`
  const plan = planScenario(options, level)
  const scratch = openScratchRepository()
  const depths = watchQueue(queue)
  const processes = watchProcesses(surroundings.processes)
  try {
    const heads = commitHistory(scratch, plan)
    await github.addRepository(repository, scratch.folder)
    postOffice.hold()
    for (const { branch } of heads) await github.openPullRequest({ repository, head: branch })
    for (const entry of plan) await plant(surroundings, repository, entry)
    postOffice.pass()
    say(`${level.prs} pull requests are open, their deliveries come now`)

    const before = (await github.requests()).length
    const began = performance.now()
    depths.begin()
    processes.begin()
    await Promise.all(plan.map((entry, at) => live(surroundings, repository, entry, heads[at])))
    await untilQuiet(surroundings)
    const tookMs = performance.now() - began
    const samples = processes.samples()
    const waited = depths.samples()
    // A question to GraphQL does not name its repository in its path; there is only one now. The reconciler's list of open
    // pull requests is about none of them.
    const requests = (await github.requests())
      .slice(before)
      .filter(({ path }) => path === '/graphql' || path.includes(`/${repository}/`))
      .filter(({ path }) => !/\/pulls(?:\?|$)/.test(path))
    await github.clearFaults()

    await pushAtEnd(surroundings, repository, plan, heads)
    const shown = []
    for (const one of heads) shown.push(await lookAt({ github, ledger }, repository, one, true))
    return {
      level,
      plan,
      heads,
      sent: postOffice.sent().filter((sent) => sent.repository === repository),
      reviews: await reviewsOf(surroundings, repository, heads),
      runs: await loadLedger.runs(repository),
      requests,
      model: await model.counts(),
      samples,
      depths: waited,
      deadLetters: (await queue.depth()).deadLetters,
      outcome: judgeRun(heads, shown, []),
      tookMs,
    }
  } finally {
    await depths.close()
    await processes.close()
    scratch.close()
  }
}

/** Makes calls about a pull request fail before any is made. */
async function plant(
  { github }: Surroundings,
  repository: string,
  { number, githubFault }: ScenarioEntry,
): Promise<void> {
  const path = `/${repository}/pulls/${number}(?:/|$|\\?)`
  if (githubFault === 'error') await github.fail({ kind: 'status', status: 502, path })
  if (githubFault === 'secondary-limit')
    await github.fail({ kind: 'secondary-limit', retryAfterSeconds: 2, method: 'POST', path })
}

/** What happens to one pull request. */
async function live(
  { github, postOffice }: Surroundings,
  repository: string,
  { number, openedAtMs, redeliveredAfterMs, pushedAfterMs }: ScenarioEntry,
  heads: PlannedHeads | undefined,
): Promise<void> {
  await delay(openedAtMs)
  const happenings = [postOffice.send(repository, number)]
  if (redeliveredAfterMs !== undefined)
    happenings.push(delay(redeliveredAfterMs).then(() => postOffice.send(repository, number, true)))
  const pushed = heads?.heads[1]
  if (pushedAfterMs !== undefined && pushed)
    happenings.push(
      delay(pushedAfterMs).then(() => github.push(repository, `topic-${number}`, pushed.commit)),
    )
  await Promise.all(happenings)
}

/** One push after the other, each to a pull request whose review stands. */
async function pushAtEnd(
  surroundings: Surroundings,
  repository: string,
  plan: readonly ScenarioEntry[],
  heads: readonly PlannedHeads[],
): Promise<void> {
  for (const [at, { pushedAtEnd }] of plan.entries()) {
    const planned = heads[at]
    const last = planned?.heads.at(-1)
    if (pushedAtEnd && planned && last)
      await surroundings.github.push(repository, planned.branch, last.commit)
  }
  await untilQuiet(surroundings)
}

/** Deliveries were acknowledged, so all runs are known: now they have to end. Throws when they do not. */
async function untilQuiet({ loadLedger, queue, unexpectedEnd }: Surroundings): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const { ready, delayed, leased } = await Promise.race([queue.depth(), unexpectedEnd])
    if (ready + delayed + leased === 0 && (await loadLedger.unended()) === 0) return
    // Then the check at the end names what is missing.
    if (performance.now() > end) return
    await delay(50)
  }
}

async function reviewsOf(
  { github }: Surroundings,
  repository: string,
  heads: readonly PlannedHeads[],
): Promise<PostedReview[]> {
  const posted: PostedReview[] = []
  for (const { number } of heads)
    for (const { commit, submittedAt } of await github.reviews(repository, number))
      posted.push({ number, head: commit, postedAt: new Date(submittedAt).getTime() })
  return posted
}
