import type { Clock } from '../base/clock.ts'
import type { Logger } from '../telemetry/logger.ts'
import { checkBody } from './body-limit.ts'
import { maxCheckSummaryLength } from './github.ts'
import type { CheckRun, GitHubRepository, Posted } from './github.ts'
import type { Answer } from './answer.ts'
import type { Refusal } from './github-failure.ts'
import { checkRunResponse, checkRunsResponse, readJson, toPosted } from './octokit-responses.ts'
import type { RepositoryClient } from './repository-client.ts'

type CheckRuns = Pick<GitHubRepository, 'findCheckRun' | 'createCheckRun' | 'updateCheckRun'>

/** Check runs, for an App with that permission. Without it the review is worth posting all the same. */
export function createRepositoryCheckRuns(
  { name, path: repository, octokit, calls, account }: RepositoryClient,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): CheckRuns {
  function posted(answer: Answer | Refusal, what: string): Posted | undefined {
    if (answer.kind === 'answer') return toPosted(readJson(checkRunResponse, answer, what))
    log.warn({ what, reason: answer.reason }, 'no check run: grant the App write access to checks')
    return undefined
  }

  return {
    findCheckRun: async (commit, checkName, externalId, signal) => {
      const { appSlug } = account.mayHaveCheckRuns ? await account.identity(signal) : {}
      if (appSlug === undefined) return undefined
      const what = `list the check runs of ${name} at ${commit}`
      const list = { ...repository, ref: commit, check_name: checkName, filter: 'all' as const }
      const pages = calls.pages(
        what,
        signal,
        (parameters) =>
          octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', { ...list, ...parameters }),
        isForbidden,
      )
      for await (const page of pages) {
        const found = readJson(checkRunsResponse, page, what).check_runs.find(
          (run) => run.external_id === externalId && run.app?.slug === appSlug,
        )
        if (found) return toPosted(found)
      }
      return undefined
    },

    createCheckRun: async (checkRun, signal) => {
      if (!account.mayHaveCheckRuns) return undefined
      const what = `create the check run of ${name} at ${checkRun.commit}`
      const request = { ...repository, head_sha: checkRun.commit, ...toRequest(checkRun, what, clock.now()) }
      const answer = await calls.attempt(what, signal, isForbidden, (parameters) =>
        octokit.request('POST /repos/{owner}/{repo}/check-runs', { ...request, ...parameters }),
      )
      return posted(answer, what)
    },

    updateCheckRun: async (id, checkRun, signal) => {
      if (!account.mayHaveCheckRuns) return undefined
      const what = `update the check run ${id} of ${name}`
      const request = { ...repository, check_run_id: id, ...toRequest(checkRun, what, clock.now()) }
      const answer = await calls.attempt(what, signal, isForbidden, (parameters) =>
        octokit.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
          ...request,
          ...parameters,
        }),
      )
      return posted(answer, what)
    },
  }
}

function isForbidden({ status }: Refusal): boolean {
  return status === 403
}

function toRequest(checkRun: CheckRun, what: string, now: Date) {
  return {
    name: checkRun.name,
    external_id: checkRun.externalId,
    status: 'completed' as const,
    conclusion: checkRun.conclusion,
    completed_at: now.toISOString(),
    output: {
      title: checkRun.title,
      summary: checkBody(checkRun.summary, maxCheckSummaryLength, what),
    },
    ...(checkRun.detailsUrl === undefined ? {} : { details_url: checkRun.detailsUrl }),
  }
}
