import type { RunId } from '../review/run.ts'
import type { Decision, Delivery } from './delivery.ts'

/** `stored` for the first time, or a `duplicate` of one we have: then nothing changed. */
export interface Accepted {
  readonly kind: 'stored' | 'duplicate'
  /** The run that is owed for this head, and has not ended: to be enqueued, also for a duplicate, so that a lost enqueue is mended. */
  readonly run?: RunId
  /** But not yet: enough older runs of its repository have no end. */
  readonly waits?: true
}

/**
 * Keeps deliveries durably.
 *
 * `accept` resolves only after delivery, pull request and run are committed together (I1); calls in flight at the same
 * time may share one commit. There is one run per pull request, head and base branch, whatever number of deliveries
 * ask for it. A head that GitHub dated before the one we know is stored but starts nothing, and supersedes nothing;
 * a newer head supersedes the runs of older ones (I4). Rejects with a retryable error when the store is away:
 * then nothing of the delivery is kept.
 */
export interface DeliveryStore {
  accept(delivery: Delivery, decision: Decision): Promise<Accepted>
}
