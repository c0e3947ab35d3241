import type { RepositoryName } from '../github/github.ts'
import type { DeliveredPullRequest } from '../webhooks/delivery.ts'

/** What is listed on GitHub next: which page (1-based) of what. */
export type Listing =
  | { readonly kind: 'repositories'; readonly installationId: number; readonly page: number }
  | {
      readonly kind: 'pull-requests'
      readonly repository: RepositoryName
      readonly installationId?: number
      /** Since when we may hear of the repository. */
      readonly servedSince: Date
      readonly page: number
    }

/** What we know of a pull request, as far as a list may show it otherwise. */
export interface KnownPullRequest extends Pick<
  DeliveredPullRequest,
  'number' | 'state' | 'draft' | 'locked' | 'labels' | 'head' | 'baseBranch' | 'updatedAt'
> {
  /** Whether a run of this head has no end yet. */
  readonly isOwed: boolean
}

/** Which repositories are served, and how far GitHub was asked about each. Survives whoever leads. */
export interface Listings {
  /** Takes in the installations and repositories that deliveries told us of. */
  learn(): Promise<void>
  /** An installation gives us these repositories: those that are new are served from now on. */
  serve(installationId: number, repositories: readonly RepositoryName[]): Promise<void>
  /**
   * The one whose turn came first; those of installations that are suspended or gone have none. Who has to wait until after
   * `latest` was put off under other settings, or by another clock: its turn has come, too. Passed over are these
   * installations with all their repositories; undefined stands for repositories that have none.
   */
  next(now: Date, latest: Date, passedOver: readonly (number | undefined)[]): Promise<Listing | undefined>
  /** It goes on with this page, at this time. */
  goOn(listing: Listing, next: { readonly page: number; readonly at: Date }): Promise<void>
  /** Those of the pull requests that deliveries or lists told us of. */
  known(repository: RepositoryName, numbers: readonly number[]): Promise<readonly KnownPullRequest[]>
}
