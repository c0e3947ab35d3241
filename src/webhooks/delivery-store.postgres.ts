import { randomIds, type IdSource } from '../base/ids.ts'
import type { Database, Queryable } from '../postgres/database.ts'
import { createGroupCommit } from '../postgres/group-commit.ts'
import { UNLIMITED_TURNS, type RunId } from '../review/run.ts'
import type { Accepted, DeliveryStore } from './delivery-store.ts'
import { noteInstallations, storeDeliveries, type Arrival } from './delivery-rows.postgres.ts'
import type { DeliveredPullRequest } from './delivery.ts'
import {
  loadPullRequests,
  nameOf,
  runsWithTurn,
  storeChanges,
  type KeptPullRequest,
} from './pull-request-rows.postgres.ts'
import { applyDelivery, isOwed, isSameChange } from './pull-request-record.ts'

/** A quarter of a second at the highest rate that was measured: who came later would be answered too late anyway. */
const MAX_WAITING = 2_000
const MAX_TOGETHER = 500

export interface DeliveryStoreOptions {
  readonly newId?: IdSource
  /** Runs of one repository that have their turn at once; as many as there are when absent. */
  readonly runsOfRepository?: number
}

export interface OpenDeliveryStore extends DeliveryStore {
  /** Waits for what is being stored; refuses more. */
  close(): Promise<void>
}

/** Keeps deliveries in PostgreSQL. Calls in flight share one transaction; when a delivery is refused, it alone is. */
export function openDeliveryStore(
  database: Database,
  { newId = randomIds, runsOfRepository = UNLIMITED_TURNS }: DeliveryStoreOptions = {},
): OpenDeliveryStore {
  const newRunId = (): RunId => newId() as RunId // made here, and nowhere else
  const commits = createGroupCommit<Arrival, Accepted>(
    (arrivals) =>
      database.transaction((transaction) => acceptAll(transaction, arrivals, newRunId, runsOfRepository)),
    { maxWaiting: MAX_WAITING, maxTogether: MAX_TOGETHER },
  )
  return {
    accept: (delivery, decision) => commits.add({ delivery, decision }),
    close: () => commits.close(),
  }
}

/** Stores the deliveries that are new, and applies them in the order in which they came. */
async function acceptAll(
  transaction: Queryable,
  arrivals: readonly Arrival[],
  newRunId: () => RunId,
  runsOfRepository: number,
): Promise<readonly Accepted[]> {
  // Neither needs the answer of the other, so both go in one round trip.
  const [isNew, kept] = await Promise.all([
    storeDeliveries(transaction, arrivals),
    loadPullRequests(transaction, arrivals.flatMap(toldPullRequest)),
  ])
  const runs = arrivals.map((arrival) => runOf(arrival, isNew(arrival), kept, newRunId))
  await storeChanges(transaction, [...kept.values()])
  await noteInstallations(transaction, arrivals.filter(isNew))
  const asked = new Set(runs)
  const owed = new Set([...kept.values()].flatMap(owedRuns).filter((run) => asked.has(run)))
  const turns = await runsWithTurn(transaction, [...owed], runsOfRepository)
  return arrivals.map((arrival, index): Accepted => {
    const run = runs[index]
    const kind = isNew(arrival) ? 'stored' : 'duplicate'
    return run !== undefined && owed.has(run)
      ? { kind, run, ...(!turns.has(run) && { waits: true }) }
      : { kind }
  })
}

/** Applies an arrival that is new, and returns the run that it asks for. */
function runOf(
  { delivery: { event }, decision }: Arrival,
  isNew: boolean,
  kept: ReadonlyMap<string, KeptPullRequest>,
  newRunId: () => RunId,
): RunId | undefined {
  if (event.kind !== 'pull-request') return undefined
  const { action, pullRequest: told } = event
  const known = kept.get(nameOf(told))
  if (!known) return undefined
  if (isNew) {
    const applied = applyDelivery(known.record, action, told, decision, newRunId)
    known.record = applied.record
    return applied.run
  }
  return decision.kind === 'review'
    ? known.record?.runs.find((run) => isSameChange(run, told))?.id
    : undefined
}

function toldPullRequest({ delivery: { event } }: Arrival): readonly DeliveredPullRequest[] {
  return event.kind === 'pull-request' ? [event.pullRequest] : []
}

function owedRuns({ record }: KeptPullRequest): readonly RunId[] {
  return record?.runs.filter((run) => isOwed(run.state)).map(({ id }) => id) ?? []
}
