import { z } from 'zod'
import { RetryableError } from '../base/errors.ts'
import type { Brand } from '../base/ids.ts'
import type { Anchor } from '../diff/file-diff.ts'
import type { Author } from './author.ts'

/** `owner/name`, as GitHub spells it. */
export type RepositoryName = Brand<string, 'RepositoryName'>

/** A full commit id: 40 hex digits (64 in SHA-256 repositories). */
export type CommitId = Brand<string, 'CommitId'>

export const repositoryName = z
  .string()
  .max(140)
  // `.` and `..` are no names: in the path of a request they would lead elsewhere.
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*(?:_[A-Za-z0-9]+)?\/(?!\.{1,2}$)[A-Za-z0-9._-]+$/, 'is not owner/name')
  .transform((name) => name as RepositoryName) // checked by the pattern

export const commitId = z
  .string()
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'is not a full commit id')
  .transform((id) => id as CommitId) // checked by the pattern

export interface PullRequest {
  readonly number: number
  readonly title: string
  /** Empty when the author wrote none. */
  readonly body: string
  readonly author: Author
  readonly state: 'open' | 'closed'
  readonly draft: boolean
  /** Somebody locked the conversation: only people may still write there. */
  readonly locked: boolean
  readonly labels: readonly string[]
  /** `repository` is undefined when the fork was deleted. */
  readonly head: { readonly commit: CommitId; readonly branch: string; readonly repository?: RepositoryName }
  readonly base: { readonly commit: CommitId; readonly branch: string; readonly repository: RepositoryName }
  /** How many files it changes. */
  readonly changedFiles: number
  readonly updatedAt: Date
}

/** A pull request as lists show it. */
export interface ListedPullRequest extends Omit<PullRequest, 'changedFiles'> {
  readonly createdAt: Date
}

/** A part of a list, of a hundred items. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly isLast: boolean
}

/** A file as GitHub lists it for a pull request: compared with the merge base. */
export interface ChangedFile {
  readonly path: string
  readonly previousPath?: string
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed' | 'unchanged'
  readonly additions: number
  readonly deletions: number
  /** The blob id of the new content (of the old one for a removed file); a commit id for a submodule; empty where GitHub names none. */
  readonly blobId: string
  /** Hunks only, without file headers. GitHub withholds it for binary files and for large ones. */
  readonly patch?: string
}

/** Where bytes stand: a file at a commit, or a blob by its id. */
export type ContentPlace = { readonly commit: CommitId; readonly path: string } | { readonly blob: string }

/** The bytes of a place; undefined when it has none. */
export type PlaceContent = Uint8Array | 'too large' | undefined

/** Characters (code points) that GitHub accepts in the body of a review, an inline comment or a summary. */
export const maxBodyLength = 65_536

/** Characters (code points) that GitHub accepts in the summary of a check run. */
export const maxCheckSummaryLength = 65_535

/**
 * A comment on lines of the diff. A review takes no comment on a whole file (GitHub REST, "Create a review for a pull
 * request": its comments have no `subject_type`), and posting one alone would cost a write of its own: what has no
 * lines stands in the body of the review.
 */
export interface InlineComment {
  readonly path: string
  readonly anchor: Anchor
  readonly body: string
}

export interface NewReview {
  /** The head commit that was read. */
  readonly commit: CommitId
  /** Carries the marker. */
  readonly body: string
  readonly comments: readonly InlineComment[]
}

export type PostReviewResult =
  | { readonly kind: 'posted'; readonly review: PostedReview }
  /** GitHub refused the whole review (422): usually a comment on a line outside its diff. Nothing was posted. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface PostedReview {
  readonly id: number
  readonly url: string
}

/** An inline comment that stands on the pull request, whoever wrote it. */
export interface ReviewComment {
  readonly id: number
  /** The review it came with; absent for a stray one. */
  readonly reviewId?: number
  readonly author: string
  readonly path: string
  /** Absent when the comment is on the file or outdated. */
  readonly anchor?: Anchor
  readonly body: string
}

export interface CheckRun {
  /** The name that people see and that branch rules may require. */
  readonly name: string
  readonly commit: CommitId
  /** Our marker: how the check run is found again. */
  readonly externalId: string
  readonly conclusion: 'success' | 'neutral' | 'failure' | 'skipped'
  readonly title: string
  readonly summary: string
  readonly detailsUrl?: string
}

/** How git reads a repository over HTTP, for a while. */
export interface GitAccess {
  /** Without user and password. */
  readonly url: string
  /** The value of the `authorization` header: a secret. */
  readonly authorization: string
}

/** A write of ours that stands on GitHub. */
export interface Posted {
  readonly id: number
  readonly url: string
}

/** No answer came: whether the request was carried out nobody knows, and it may still be under way. */
export class NoAnswerError extends RetryableError {
  override name = 'NoAnswerError'
}

/**
 * One repository on GitHub, with the rights of one installation (or of the token).
 *
 * Reads return undefined for what is not there. Everything else that goes wrong is an error with a kind
 * (rate-limited with the time to wait for; retryable for 5xx, time-outs and broken connections; permanent for the rest):
 * no call retries by itself, and none repeats a write. A write that failed may still have landed: read back before a repeat.
 */
export interface GitHubRepository {
  readonly name: RepositoryName

  /** Asks for a token where it needs one. */
  gitAccess(signal: AbortSignal): Promise<GitAccess>

  pullRequest(number: number, signal: AbortSignal): Promise<PullRequest | undefined>

  /** One page (1-based) of those that are open, the one that was updated last first. Undefined when we may not see the repository. */
  openPullRequests(page: number, signal: AbortSignal): Promise<Page<ListedPullRequest> | undefined>

  /** All pages. GitHub stops at 3,000 files without a word: only the pull request tells how many there are. */
  changedFiles(number: number, signal: AbortSignal): Promise<readonly ChangedFile[]>

  /** The commit that the change is compared with. */
  mergeBase(base: CommitId, head: CommitId, signal: AbortSignal): Promise<CommitId | undefined>

  /**
   * The bytes of a file at a commit. A symlink reads as the file of the same repository that it leads to.
   * Undefined when there is none, when it is a folder, a submodule or a symlink that leads to no file, and above 100 MB.
   */
  fileAt(path: string, commit: CommitId, signal: AbortSignal): Promise<Uint8Array | undefined>

  /** The bytes of a blob by its id, proven by that id; of a symlink, its target. Undefined when there is none, and above 100 MB. */
  blob(id: string, signal: AbortSignal): Promise<Uint8Array | undefined>

  /**
   * What `fileAt` and `blob` read of many places, in their order, mostly at the price of one call for each hundred. What
   * does not come that way (large files, files that are not UTF-8, symlinks) is read by itself, and fails by itself.
   * Nothing above `maxBytes` is kept, and mostly it is not even asked for.
   */
  contents(
    places: readonly ContentPlace[],
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<readonly PlaceContent[]>

  /**
   * Waits, a few seconds at most, until one more write is within GitHub's limits, and takes its place; when that is
   * further away, throws a rate-limited error with the time. To be called before each write, and before anything
   * that must still be true when it is made. Returns at once where nobody counts.
   */
  readyToWrite(signal: AbortSignal): Promise<void>

  /** One write with all comments, each on lines that GitHub's diff of the pull request shows. */
  postReview(number: number, review: NewReview, signal: AbortSignal): Promise<PostReviewResult>

  /** A review of ours whose body ends with the marker, over all pages. Nobody else's counts, so a copied marker silences nothing. */
  findReview(number: number, marker: string, signal: AbortSignal): Promise<PostedReview | undefined>

  /** All inline comments on the pull request, over all pages, oldest first. */
  reviewComments(number: number, signal: AbortSignal): Promise<readonly ReviewComment[]>

  /** Our summary comment: the first one of ours whose body ends with the marker. */
  findSummary(number: number, marker: string, signal: AbortSignal): Promise<Posted | undefined>
  createSummary(number: number, body: string, signal: AbortSignal): Promise<Posted>
  /** Undefined when it is gone: somebody deleted it. */
  updateSummary(id: number, body: string, signal: AbortSignal): Promise<Posted | undefined>

  /** Our check run of that name and external id on the commit. Undefined also where we may not have check runs (a token). */
  findCheckRun(
    commit: CommitId,
    name: string,
    externalId: string,
    signal: AbortSignal,
  ): Promise<Posted | undefined>
  /** Undefined when the credentials cannot write check runs: only GitHub Apps can, and only with that permission. */
  createCheckRun(checkRun: CheckRun, signal: AbortSignal): Promise<Posted | undefined>
  updateCheckRun(id: number, checkRun: CheckRun, signal: AbortSignal): Promise<Posted | undefined>
}

/** What our credentials are and may do, for `doctor`. */
export type GitHubAccess =
  | {
      readonly kind: 'app'
      readonly slug: string
      /** Permission name → 'read' | 'write', as GitHub spells them. */
      readonly permissions: Readonly<Record<string, string>>
      readonly events: readonly string[]
      readonly installations: number
    }
  | { readonly kind: 'token'; readonly login: string; readonly scopes: readonly string[] }

/** One attempt of GitHub to deliver, as the log of the App tells it. */
export interface LoggedDelivery {
  readonly id: number
  /** `X-GitHub-Delivery`: every attempt of a delivery has the same. */
  readonly guid: string
  readonly event: string
  readonly attemptedAt: Date
  /** Whether it was answered 2xx. */
  readonly arrived: boolean
}

/** GitHub's own log of what it delivered to our App in the last days, and failed to deliver. It never tries again by itself. */
export interface DeliveryLog {
  /** A page of a hundred, newest first, without a cursor the newest one. `next` is the cursor of the page after it. */
  page(
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly deliveries: readonly LoggedDelivery[]; readonly next?: string }>
  /** Has it delivered again, soon: resolves before it arrives. */
  redeliver(id: number, signal: AbortSignal): Promise<void>
}

/** One page (1-based) of the repositories that an installation of our App gives it. */
export type InstalledRepositories = (
  installationId: number,
  page: number,
  signal: AbortSignal,
) => Promise<Page<RepositoryName>>

export interface RepositoryOptions {
  /**
   * Called right before the request of a write leaves, when nothing more is waited for: what it throws is thrown, and
   * nothing was sent.
   */
  readonly beforeWrite?: () => void
}

export interface GitHub {
  /** No call is made. `installationId` comes with deliveries; without it an App looks the installation up. */
  repository(name: RepositoryName, installationId?: number, options?: RepositoryOptions): GitHubRepository
  access(signal: AbortSignal): Promise<GitHubAccess>
  /** Only Apps have one. */
  readonly deliveryLog?: DeliveryLog
  /** Only Apps are installed. */
  readonly installedRepositories?: InstalledRepositories
}
