import { setTimeout as delay } from 'node:timers/promises'
import type { GitHubEmulator } from '../emulators/github/emulator.ts'
import { buildHistory, demoPullRequests, type DemoPullRequest } from './build-history.ts'
import type { Progress } from './progress.ts'
import type { PullRequestReport } from './report.ts'
import { endedRuns, receiptOf, type DemoRun } from './runs-api.ts'
import type { System } from './system.ts'

const repository = 'lorgnette-demo/stockroom'

interface Opened {
  readonly number: number
  readonly title: string
  readonly openedAt: number
  readonly deliveredMs: number
}

/** Opens every pull request of the history, and reports each when its run has ended. */
export async function reviewHistory(
  github: GitHubEmulator,
  system: System,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly PullRequestReport[]> {
  await github.setWebhook({ url: `${system.url}/webhooks/github`, secret: system.webhookSecret })
  await github.addRepository(repository, buildHistory)
  const opened: Opened[] = []
  for (const pullRequest of await demoPullRequests()) opened.push(await open(github, pullRequest, progress))
  await refuseUnaccepted(github)
  const reports = new Map<number, PullRequestReport>()
  while (reports.size < opened.length) {
    const runs = await endedRuns(system.url, signal)
    for (const one of opened) {
      const run = runs.get(one.number)
      if (!run || reports.has(one.number)) continue
      const reviewedMs = Math.round(performance.now() - one.openedAt)
      const report = await describe(github, system, one, run, reviewedMs, signal)
      progress.pullRequest(one.number, one.title, outcome(report))
      reports.set(one.number, report)
    }
    await delay(50, undefined, { signal })
  }
  return [...reports.values()].sort((a, b) => a.number - b.number)
}

async function open(
  github: GitHubEmulator,
  { branch, title, body, author }: DemoPullRequest,
  progress: Progress,
): Promise<Opened> {
  const openedAt = performance.now()
  const number = await github.openPullRequest({ repository, head: branch, title, body, author })
  progress.pullRequest(number, title, 'delivered, waiting for its review')
  return { number, title, openedAt, deliveredMs: Math.round(performance.now() - openedAt) }
}

/** Waiting for the review of a delivery that was refused would take for ever. */
async function refuseUnaccepted(github: GitHubEmulator): Promise<void> {
  for (const { status, response } of await github.deliveries())
    if (status !== 'OK') throw new Error(`a delivery was not accepted: ${status} ${response.payload ?? ''}`)
}

async function describe(
  github: GitHubEmulator,
  system: System,
  opened: Opened,
  run: DemoRun,
  reviewedMs: number,
  signal: AbortSignal,
): Promise<PullRequestReport> {
  const { number, title, deliveredMs } = opened
  const head = await github.head(repository, number)
  const [checkRun] = await github.checkRuns(repository, head)
  const reviews = await github.reviews(repository, number)
  const comments = await github.comments(repository, number)
  return {
    number,
    title,
    url: `${github.url}/${repository}/pull/${number}`,
    head,
    state: run.state,
    check_run: checkRun ? { conclusion: checkRun.conclusion ?? null, title: checkRun.title ?? null } : null,
    review: reviews.find(({ body }) => body !== '')?.body ?? null,
    comments: comments.map(({ path, startLine, line, body }) => ({
      path,
      start_line: startLine ?? null,
      line: line ?? null,
      body,
    })),
    receipt: await receiptOf(system.url, run.id, signal),
    timings: { delivered_ms: deliveredMs, reviewed_ms: reviewedMs },
  }
}

function outcome(report: PullRequestReport): string {
  const count = report.comments.length
  const said = count === 0 ? 'nothing to say' : count === 1 ? '1 comment' : `${count} comments`
  return `${report.state}: ${said}, after ${(report.timings.reviewed_ms / 1000).toFixed(1)} s`
}
