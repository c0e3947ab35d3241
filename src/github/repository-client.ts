import type { Octokit } from '@octokit/core'
import type { Account } from './account.ts'
import type { RepositoryName } from './github.ts'
import type { GitHubCalls } from './github-calls.ts'
import type { Refusal } from './github-failure.ts'

/** What the calls on one repository share. */
export interface RepositoryClient {
  readonly name: RepositoryName
  /** The parameters that every path of the repository has. */
  readonly path: { readonly owner: string; readonly repo: string }
  readonly octokit: Octokit
  readonly calls: GitHubCalls
  readonly account: Account
}

export function isNotFound(refusal: Refusal): boolean {
  return refusal.status === 404
}
