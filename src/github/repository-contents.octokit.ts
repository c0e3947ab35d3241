import { RetryableError } from '../base/errors.ts'
import { isBlob } from './blob-id.ts'
import type { ChangedFile, GitHubRepository } from './github.ts'
import { isLastPage } from './github-calls.ts'
import type { Refusal } from './github-failure.ts'
import {
  comparisonResponse,
  contentResponse,
  filesResponse,
  pullRequestResponse,
  pullRequestsResponse,
  readJson,
  toChangedFile,
  toListedPullRequest,
  toPullRequest,
} from './octokit-responses.ts'
import { isNotFound, type RepositoryClient } from './repository-client.ts'

type Contents = Pick<
  GitHubRepository,
  'pullRequest' | 'openPullRequests' | 'changedFiles' | 'mergeBase' | 'fileAt' | 'blob'
>

/** What stands in a repository: pull requests, their files, and the bytes behind them. */
export function createRepositoryContents({
  name,
  path: repository,
  octokit,
  calls,
}: RepositoryClient): Contents {
  async function blob(id: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) return undefined
    const what = `read blob ${id} of ${name}`
    const answer = await calls.attempt(what, signal, isNoBlob, (parameters) =>
      octokit.request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
        ...repository,
        file_sha: id,
        ...parameters,
        headers: { ...parameters.headers, accept: 'application/vnd.github.raw+json' },
      }),
    )
    if (answer.kind === 'refused') return undefined
    if (!isBlob(answer.body, id)) {
      throw new RetryableError(`could not ${what}: other bytes came, so something on the way changed them`)
    }
    return answer.body
  }

  return {
    blob,

    pullRequest: async (number, signal) => {
      const what = `read pull request ${name}#${number}`
      const answer = await calls.attempt(what, signal, isNotFound, (parameters) =>
        octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', {
          ...repository,
          pull_number: number,
          ...parameters,
        }),
      )
      return answer.kind === 'refused'
        ? undefined
        : toPullRequest(readJson(pullRequestResponse, answer, what))
    },

    openPullRequests: async (page, signal) => {
      const what = `list the open pull requests of ${name}`
      const answer = await calls.attempt(what, signal, isNotFound, (parameters) =>
        octokit.request('GET /repos/{owner}/{repo}/pulls', {
          ...repository,
          state: 'open',
          sort: 'updated',
          direction: 'desc',
          per_page: 100,
          page,
          ...parameters,
        }),
      )
      if (answer.kind === 'refused') return undefined
      const items = readJson(pullRequestsResponse, answer, what).map(toListedPullRequest)
      return { items, isLast: isLastPage(answer) }
    },

    changedFiles: async (number, signal) => {
      const what = `list the files of pull request ${name}#${number}`
      const files: ChangedFile[] = []
      const pages = calls.pages(what, signal, (parameters) =>
        octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
          ...repository,
          pull_number: number,
          ...parameters,
        }),
      )
      for await (const page of pages) files.push(...readJson(filesResponse, page, what).map(toChangedFile))
      return files
    },

    mergeBase: async (base, head, signal) => {
      const what = `compare ${base} with ${head} in ${name}`
      const answer = await calls.attempt(what, signal, isNotFound, (parameters) =>
        octokit.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
          ...repository,
          basehead: `${base}...${head}`,
          // Files with their patches stand on the first page only, and we need none of them.
          per_page: 1,
          page: 2,
          ...parameters,
        }),
      )
      if (answer.kind === 'refused') return undefined
      return readJson(comparisonResponse, answer, what).merge_base_commit.sha
    },

    fileAt: async (path, commit, signal) => {
      // Git has no such names, and in the path of a request they would lead elsewhere.
      if (path.split('/').some((name) => name === '' || name === '.' || name === '..')) return undefined
      const what = `read ${JSON.stringify(path)} of ${name} at ${commit}`
      const answer = await calls.attempt(what, signal, isNoFile, (parameters) =>
        octokit.request('GET /repos/{owner}/{repo}/contents/{path}', {
          ...repository,
          path,
          ref: commit,
          ...parameters,
          // The raw media type would not tell a file from the list of a folder.
          headers: { ...parameters.headers, accept: 'application/vnd.github.object+json' },
        }),
      )
      if (answer.kind === 'refused') return undefined
      const content = readJson(contentResponse, answer, what)
      if (content.type !== 'file') return undefined
      if (content.encoding === 'base64') return Buffer.from(content.content, 'base64')
      return blob(content.sha, signal)
    },
  }
}

function isNoFile(refusal: Refusal): boolean {
  return isNotFound(refusal) || isTooLarge(refusal)
}

/** 422 for an id of something else: a submodule's commit, a tree. */
function isNoBlob(refusal: Refusal): boolean {
  return isNotFound(refusal) || isTooLarge(refusal) || refusal.status === 422
}

/** Above 100 MB GitHub answers 403, although nothing is forbidden. */
function isTooLarge({ status, codes }: Refusal): boolean {
  return status === 403 && codes.includes('too_large')
}
