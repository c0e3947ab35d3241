import type { Brand } from '../base/ids.ts'
import type { Author } from '../github/author.ts'
import type { CommitId, RepositoryName } from '../github/github.ts'

/** `X-GitHub-Delivery`: a redelivery has the same one. */
export type DeliveryId = Brand<string, 'DeliveryId'>

export type PullRequestAction =
  | 'opened'
  | 'reopened'
  | 'synchronize'
  | 'ready_for_review'
  | 'converted_to_draft'
  | 'locked'
  | 'unlocked'
  | 'closed'
  | 'edited'

/** What a delivery says, as far as we act on it. */
export type DeliveryEvent =
  | { readonly kind: 'ping' }
  | {
      readonly kind: 'installation'
      readonly action: string
      readonly installationId: number
      readonly account: string
    }
  | {
      readonly kind: 'pull-request'
      readonly action: PullRequestAction
      readonly baseChanged: boolean
      readonly pullRequest: DeliveredPullRequest
    }
  /** An event or action we do not act on. */
  | { readonly kind: 'other' }

export interface DeliveredPullRequest {
  readonly repository: RepositoryName
  readonly number: number
  readonly installationId?: number
  readonly title: string
  readonly author: Author
  readonly state: 'open' | 'closed'
  readonly draft: boolean
  /** Somebody locked the conversation: nothing may be said there. */
  readonly locked: boolean
  readonly labels: readonly string[]
  readonly head: CommitId
  readonly baseBranch: string
  /** GitHub's time of the state that the payload shows: deliveries may arrive in any order. */
  readonly updatedAt: Date
}

export interface Delivery {
  readonly id: DeliveryId
  /** `X-GitHub-Event`. */
  readonly name: string
  /** The payload's `action`; empty for events that have none. */
  readonly action: string
  readonly event: DeliveryEvent
  readonly receivedAt: Date
}

/** What follows from a delivery. The reason is recorded and shown. */
export type Decision =
  | { readonly kind: 'review' }
  /** The pull request was closed to us: runs that have not ended are superseded. */
  | { readonly kind: 'cancel'; readonly reason: string }
  | { readonly kind: 'ignore'; readonly reason: IgnoreReason }
  /** An installation came, went, or changed. */
  | { readonly kind: 'note' }

export type IgnoreReason =
  | 'ping'
  | 'event'
  | 'draft'
  | 'bot'
  | 'label'
  | 'closed'
  | 'locked'
  | 'base-unchanged'
