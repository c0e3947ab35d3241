import { resolveCommit } from '../comparison.ts'
import { gitAnswer } from '../git.ts'
import { GitHubError, notFound } from '../github-error.ts'
import { ok, page, repositoryOf, type Answer, type Call, type Operation } from '../operation.ts'
import { diffCommits, mergeBase } from '../pull-request-diff.ts'
import { readCommits, showCommit, showGitCommit, type GitCommit } from '../shapes/commit.ts'
import { showFiles } from '../shapes/file.ts'
import { apiUrl, pageUrl, showRepository } from '../shapes/repository.ts'
import type { Repository } from '../world.ts'

/** A comparison lists no more files, all of them on its first page. Source: REST, "Compare two commits". */
const maxComparedFiles = 300

async function compare(call: Call): Promise<Answer> {
  const repository = repositoryOf(call)
  const [baseName, headName] = call.parameter('basehead').split('...')
  const base = await resolveCommit(repository.folder, baseName ?? '')
  const head = await resolveCommit(repository.folder, headName ?? '')
  if (base === undefined || head === undefined) throw notFound()
  const common = await mergeBase(repository.folder, base, head)
  if (common === undefined)
    throw new GitHubError(404, `No common ancestor between ${baseName} and ${headName}.`)
  const count = async (range: string): Promise<number> =>
    Number(await gitAnswer(repository.folder, 'rev-list', '--count', range))
  const [ahead, behind] = await Promise.all([count(`${base}..${head}`), count(`${head}..${base}`)])
  const commits = await readCommits(repository.folder, `${base}..${head}`)
  const files = await diffCommits(repository.folder, common, head)
  const [baseCommit, commonCommit] = await Promise.all([
    commitAt(repository, base),
    commitAt(repository, common),
  ])
  const api = apiUrl(call.world, repository)
  const html = `${pageUrl(call.world, repository)}/compare/${call.parameter('basehead')}`
  const isFirstPage = Number(call.query.get('page') ?? 1) === 1
  const status = ahead > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical'
  return page(
    call,
    commits,
    (commit) => showCommit(call.world, repository, commit),
    (shown) => ({
      url: `${api}/compare/${call.parameter('basehead')}`,
      html_url: html,
      permalink_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: showCommit(call.world, repository, baseCommit),
      merge_base_commit: showCommit(call.world, repository, commonCommit),
      status,
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: shown,
      ...(isFirstPage
        ? { files: showFiles(call.world, repository, head, files).slice(0, maxComparedFiles) }
        : {}),
    }),
  )
}

async function commitAt(repository: Repository, id: string): Promise<GitCommit> {
  const [commit] = await readCommits(repository.folder, '-1', id)
  if (!commit) throw notFound()
  return commit
}

export const repositoryOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}',
    documentation: 'repos/repos#get-a-repository',
    answer: (call) => {
      const repository = repositoryOf(call)
      const shown = showRepository(call.world, repository)
      const parent = repository.forkOf
      const origin = parent ? { parent: showRepository(call.world, parent) } : {}
      return ok({ ...shown, network_count: 0, subscribers_count: 0, ...origin })
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/branches/{branch}',
    documentation: 'branches/branches#get-a-branch',
    answer: async (call) => {
      const repository = repositoryOf(call)
      const name = call.parameter('branch')
      const id = await resolveCommit(repository.folder, `refs/heads/${name}`)
      if (id === undefined) throw new GitHubError(404, 'Branch not found')
      const url = `${apiUrl(call.world, repository)}/branches/${encodeURIComponent(name)}`
      return ok({
        name,
        commit: showCommit(call.world, repository, await commitAt(repository, id)),
        _links: { self: url, html: `${pageUrl(call.world, repository)}/tree/${name}` },
        protected: false,
        protection: {
          enabled: false,
          required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
        },
        protection_url: `${url}/protection`,
      })
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/git/commits/{commit_sha}',
    documentation: 'git/commits#get-a-commit-object',
    answer: async (call) => {
      const repository = repositoryOf(call)
      const id = await resolveCommit(repository.folder, call.parameter('commit_sha'))
      if (id === undefined) throw notFound()
      return ok(showGitCommit(call.world, repository, await commitAt(repository, id)))
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/compare/{basehead}',
    documentation: 'commits/commits#compare-two-commits',
    answer: compare,
  },
]
