import type { CheckRun } from './check-run.ts'
import type { Delivery, Webhook } from './deliveries.ts'
import type { Fault } from './faults.ts'
import type { NewPullRequest } from './moves.ts'
import type { IssueComment, Review, ReviewComment, Side } from './pull-request.ts'
import type { LoggedRequest } from './request-log.ts'

/** What identifies the emulator to the outside: all that another process needs. */
export interface GitHubEmulatorIdentity {
  /** The API's address: `GITHUB_API_URL`. */
  readonly url: string
  readonly folder: string
  readonly app: { readonly id: number; readonly slug: string; readonly privateKey: string }
  /** A personal access token with the scope `repo`. */
  readonly token: string
}

/** A bare or ordinary repository (only read), or what makes one in the folder that it is given. */
export type RepositorySource = string | ((folder: string) => Promise<void>)

export interface NewComment {
  readonly author: string
  readonly body: string
  /** A comment of the conversation when absent. */
  readonly path?: string
  /** A comment on the file when absent. */
  readonly line?: number
  readonly startLine?: number
  readonly side?: Side
}

/**
 * GitHub as far as a review agent sees it, with a hand for every person who acts on it. In this process
 * (`openGitHubEmulator`) and in another one (`connectGitHubEmulator`) it is the same interface.
 * Moves that GitHub tells the App about resolve once the delivery was answered, or was given up after 10 s.
 */
export interface GitHubEmulator extends GitHubEmulatorIdentity {
  addRepository(fullName: string, source: RepositorySource): Promise<void>
  setWebhook(webhook: Webhook | undefined): Promise<void>

  /** Returns the number. */
  openPullRequest(pullRequest: NewPullRequest): Promise<number>
  /** Moves a branch to a commit of the source: pull requests from that branch are synchronized. */
  push(repository: string, branch: string, commit: string): Promise<void>
  closePullRequest(repository: string, number: number, how?: { readonly merged?: boolean }): Promise<void>
  reopen(repository: string, number: number): Promise<void>
  markReady(repository: string, number: number): Promise<void>
  convertToDraft(repository: string, number: number): Promise<void>
  /** Somebody with the right to do so locks the conversation. */
  lock(repository: string, number: number): Promise<void>
  unlock(repository: string, number: number): Promise<void>
  editTitle(repository: string, number: number, title: string): Promise<void>
  editBase(repository: string, number: number, base: string): Promise<void>
  deleteFork(repository: string, number: number): Promise<void>
  /** A person's comment, which GitHub takes as the API would. */
  comment(repository: string, number: number, comment: NewComment): Promise<void>
  /** Somebody with the right to do so deletes a comment of the conversation, whoever wrote it. */
  deleteIssueComment(repository: string, number: number, id: number): Promise<void>
  /** Ends the life of all installation tokens. */
  revokeTokens(): Promise<void>

  /** Sends any delivery, signed and logged. */
  deliver(event: string, payload: object): Promise<Delivery | undefined>
  /** Sends it again under its own `X-GitHub-Delivery`. */
  redeliver(deliveryId: number): Promise<Delivery | undefined>
  /** Oldest first. */
  deliveries(): Promise<readonly Delivery[]>

  /** What stands on a pull request, oldest first. */
  reviews(repository: string, number: number): Promise<readonly Review[]>
  comments(repository: string, number: number): Promise<readonly ReviewComment[]>
  issueComments(repository: string, number: number): Promise<readonly IssueComment[]>
  checkRuns(repository: string, commit: string): Promise<readonly CheckRun[]>
  /** The head commit of a pull request. */
  head(repository: string, number: number): Promise<string>

  /** Every request to the API, oldest first. */
  requests(): Promise<readonly LoggedRequest[]>
  /** Makes requests to come go wrong. */
  fail(fault: Fault): Promise<void>
  clearFaults(): Promise<void>
  /** What `validate` found: one line for each request or answer that GitHub's description refuses. */
  violations(): Promise<readonly string[]>

  /** Ends the server and removes the folder. Safe to call twice. */
  close(): Promise<void>
}
