import type { Queryable } from '../postgres/database.ts'
import * as sql from './delivery-statements.postgres.ts'
import type { Decision, Delivery } from './delivery.ts'

export interface Arrival {
  readonly delivery: Delivery
  readonly decision: Decision
}

/** Stores the deliveries that we do not have. Returns whether an arrival is new: of several with one id, the first. */
export async function storeDeliveries(
  transaction: Queryable,
  arrivals: readonly Arrival[],
): Promise<(arrival: Arrival) => boolean> {
  const first = new Map(arrivals.toReversed().map((arrival) => [arrival.delivery.id, arrival]))
  const all = [...first.values()]
  const pullRequests = all.map(({ delivery: { event } }) =>
    event.kind === 'pull-request' ? event.pullRequest : undefined,
  )
  const inserted = await transaction.run(
    sql.insertDeliveries,
    all.map(({ delivery }) => delivery.id),
    all.map(({ delivery }) => delivery.name),
    all.map(({ delivery }) => delivery.action),
    all.map(({ decision }) => decision.kind),
    all.map(({ decision }) => ('reason' in decision ? decision.reason : '')),
    pullRequests.map((pullRequest) => pullRequest?.repository ?? null),
    pullRequests.map((pullRequest) => pullRequest?.number ?? null),
    pullRequests.map((pullRequest) => pullRequest?.head ?? null),
    pullRequests.map((pullRequest) => pullRequest?.baseBranch ?? null),
    all.map(({ delivery }) => delivery.receivedAt),
  )
  const ids = new Set<string>(inserted.map(({ id }) => id))
  return (arrival) => ids.has(arrival.delivery.id) && first.get(arrival.delivery.id) === arrival
}

/** Keeps where the App is installed. Deliveries of installations have no date: the last one to arrive counts. */
export async function noteInstallations(transaction: Queryable, arrivals: readonly Arrival[]): Promise<void> {
  const events = arrivals.flatMap(({ delivery: { event } }) => (event.kind === 'installation' ? [event] : []))
  if (events.length === 0) return
  const last = [...new Map(events.map((event) => [event.installationId, event])).values()]
  await transaction.run(
    sql.noteInstallations,
    last.map(({ installationId }) => installationId),
    last.map(({ account }) => account),
    last.map(({ action }) => installationState(action)),
  )
}

/** Source: GitHub, "Webhook events and payloads", `installation`. Other actions come only while it is active. */
function installationState(action: string): 'active' | 'suspended' | 'deleted' {
  if (action === 'deleted') return 'deleted'
  return action === 'suspend' ? 'suspended' : 'active'
}
