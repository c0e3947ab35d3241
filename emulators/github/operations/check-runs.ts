import { z } from 'zod'
import type { CheckRun } from '../check-run.ts'
import { resolveCommit } from '../comparison.ts'
import { GitHubError, notFound } from '../github-error.ts'
import { bodyOf, created, numberOf, ok, page, repositoryOf, type Call, type Operation } from '../operation.ts'
import { showCheckRun } from '../shapes/check-run.ts'
import type { Repository } from '../world.ts'

const conclusions = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'success',
  'skipped',
  'stale',
  'timed_out',
] as const

const text = z.string().max(65_535, 'Only 65535 characters are allowed')

const change = z.object({
  name: z.string().min(1).optional(),
  details_url: z.url().optional(),
  external_id: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  started_at: z.string().optional(),
  conclusion: z.enum(conclusions).optional(),
  completed_at: z.string().optional(),
  output: z.object({ title: z.string().optional(), summary: text, text: text.optional() }).optional(),
})

const newCheckRun = change.extend({
  name: z.string().min(1),
  head_sha: z.string(),
  output: z.object({ title: z.string(), summary: text, text: text.optional() }).optional(),
})

/** Check runs are written by GitHub Apps only. */
function requireInstallation(call: Call): void {
  if (call.actor.kind !== 'installation')
    throw new GitHubError(403, 'You must authenticate via a GitHub App.')
}

function apply(call: Call, checkRun: CheckRun, changes: z.infer<typeof change>): void {
  const now = call.world.clock.now().toISOString()
  checkRun.name = changes.name ?? checkRun.name
  checkRun.externalId = changes.external_id ?? checkRun.externalId
  checkRun.detailsUrl = changes.details_url ?? checkRun.detailsUrl
  checkRun.title = changes.output?.title ?? checkRun.title
  checkRun.summary = changes.output?.summary ?? checkRun.summary
  checkRun.text = changes.output?.text ?? checkRun.text
  checkRun.startedAt = changes.started_at ?? checkRun.startedAt ?? now
  checkRun.status = changes.status ?? checkRun.status
  if (changes.conclusion !== undefined) {
    // A conclusion completes the check run, whatever its status was.
    checkRun.status = 'completed'
    checkRun.conclusion = changes.conclusion
    checkRun.completedAt = changes.completed_at ?? now
  } else if (changes.status === 'completed')
    throw new GitHubError(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.')
  else if (changes.status !== undefined) {
    checkRun.conclusion = undefined
    checkRun.completedAt = undefined
  }
  checkRun.writes += 1
}

function checkRunOf(call: Call): { repository: Repository; checkRun: CheckRun } {
  const repository = repositoryOf(call)
  const id = numberOf(call, 'check_run_id')
  const checkRun = repository.checkRuns.find((candidate) => candidate.id === id)
  if (!checkRun) throw notFound()
  return { repository, checkRun }
}

export const checkRunOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/check-runs',
    documentation: 'checks/runs#create-a-check-run',
    content: true,
    answer: async (call) => {
      const repository = repositoryOf(call)
      requireInstallation(call)
      const asked = bodyOf(call, newCheckRun)
      const commit = await resolveCommit(repository.folder, asked.head_sha)
      if (commit !== asked.head_sha) throw new GitHubError(422, `No commit found for SHA: ${asked.head_sha}`)
      const checkRun: CheckRun = {
        id: call.world.nextId(),
        commit,
        name: asked.name,
        externalId: undefined,
        detailsUrl: undefined,
        status: 'queued',
        conclusion: undefined,
        title: undefined,
        summary: undefined,
        text: undefined,
        startedAt: undefined,
        completedAt: undefined,
        writes: 0,
      }
      apply(call, checkRun, asked)
      repository.checkRuns.push(checkRun)
      return created(showCheckRun(call.world, repository, checkRun))
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/check-runs/{check_run_id}',
    documentation: 'checks/runs#get-a-check-run',
    answer: (call) => {
      const { repository, checkRun } = checkRunOf(call)
      return ok(showCheckRun(call.world, repository, checkRun))
    },
  },
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/check-runs/{check_run_id}',
    documentation: 'checks/runs#update-a-check-run',
    content: true,
    answer: (call) => {
      const { repository, checkRun } = checkRunOf(call)
      requireInstallation(call)
      apply(call, checkRun, bodyOf(call, change))
      return ok(showCheckRun(call.world, repository, checkRun))
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{ref}/check-runs',
    documentation: 'checks/runs#list-check-runs-for-a-git-reference',
    answer: async (call) => {
      const repository = repositoryOf(call)
      const commit = await resolveCommit(repository.folder, call.parameter('ref'))
      if (commit === undefined)
        throw new GitHubError(422, `No commit found for SHA: ${call.parameter('ref')}`)
      const name = call.query.get('check_name')
      const status = call.query.get('status')
      const app = call.query.get('app_id')
      const matching = repository.checkRuns.filter(
        (checkRun) =>
          checkRun.commit === commit &&
          (name === null || checkRun.name === name) &&
          (status === null || checkRun.status === status) &&
          (app === null || Number(app) === call.world.app.id),
      )
      const found = call.query.get('filter') === 'all' ? matching : latestOfEachName(matching)
      return page(
        call,
        found,
        (checkRun) => showCheckRun(call.world, repository, checkRun),
        (shown) => ({ total_count: found.length, check_runs: shown }),
      )
    },
  },
]

/** Without `filter=all`, GitHub lists the newest check run of each name, newest first. */
function latestOfEachName(checkRuns: readonly CheckRun[]): CheckRun[] {
  return [...new Map(checkRuns.map((checkRun) => [checkRun.name, checkRun])).values()].toReversed()
}
