import { comparisonOf } from '../comparison.ts'
import { git } from '../git.ts'
import { GitHubError } from '../github-error.ts'
import { numberOf, ok, page, repositoryOf, type Answer, type Call, type Operation } from '../operation.ts'
import type { PullRequest } from '../pull-request.ts'
import { showFiles } from '../shapes/file.ts'
import { showPullRequest, showWholePullRequest } from '../shapes/pull-request.ts'
import { pullRequestNumbered, type Repository } from '../world.ts'

/** GitHub lists no more files of a pull request. Source: REST, "List pull requests files". */
const maxListedFiles = 3_000

export const pullRequestOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls',
    documentation: 'pulls/pulls#list-pull-requests',
    answer: (call) => {
      const repository = repositoryOf(call)
      const wanted = call.query.get('state') ?? 'open'
      const sortsByUpdate = call.query.get('sort') === 'updated'
      const found = [...repository.pullRequests.values()]
        .filter(({ state }) => wanted === 'all' || state === wanted)
        .toSorted(sortsByUpdate ? byUpdate : byCreation)
      // Downwards by creation, upwards by anything else, unless the caller says so. Source: REST, "List pull requests".
      if ((call.query.get('direction') ?? (sortsByUpdate ? 'asc' : 'desc')) === 'desc') found.reverse()
      return page(call, found, (pullRequest) => showPullRequest(call.world, repository, pullRequest))
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}',
    documentation: 'pulls/pulls#get-a-pull-request',
    answer: async (call) => {
      const repository = repositoryOf(call)
      const pullRequest = pullRequestNumbered(repository, numberOf(call, 'pull_number'))
      if (/\bdiff\b/.test(call.accept)) return wholeDiff(repository, pullRequest)
      const { size } = await comparisonOf(repository, pullRequest)
      return ok(showWholePullRequest(call.world, repository, pullRequest, size))
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}/files',
    documentation: 'pulls/pulls#list-pull-requests-files',
    answer: listFiles,
  },
]

function byCreation(one: PullRequest, other: PullRequest): number {
  return one.number - other.number
}

function byUpdate(one: PullRequest, other: PullRequest): number {
  return Date.parse(one.updatedAt) - Date.parse(other.updatedAt)
}

async function listFiles(call: Call): Promise<Answer> {
  const repository = repositoryOf(call)
  const pullRequest = pullRequestNumbered(repository, numberOf(call, 'pull_number'))
  const { files } = await comparisonOf(repository, pullRequest)
  const shown = showFiles(call.world, repository, pullRequest.head.commit, files)
  return page(call, shown.slice(0, maxListedFiles), (file) => file)
}

/** The `.diff` media type, which GitHub refuses above 300 files, 20,000 lines or 1 MB. */
async function wholeDiff(repository: Repository, pullRequest: PullRequest): Promise<Answer> {
  const { files, size, mergeBase } = await comparisonOf(repository, pullRequest)
  const flags = ['--no-color', '--no-ext-diff', '--no-textconv', '-M']
  const body = await git(repository.folder, 'diff', ...flags, mergeBase, pullRequest.head.commit, '--')
  const tooLarge = (limit: string): GitHubError =>
    new GitHubError(406, `Sorry, the diff exceeded the maximum ${limit}.`, {
      errors: [{ resource: 'PullRequest', field: 'diff', code: 'too_large' }],
    })
  if (files.length > 300) throw tooLarge('number of files (300)')
  if (size.additions + size.deletions > 20_000) throw tooLarge('number of lines (20000)')
  if (body.length > 1_000_000) throw tooLarge('size')
  return { status: 200, body, headers: { 'content-type': 'application/vnd.github.diff; charset=utf-8' } }
}
