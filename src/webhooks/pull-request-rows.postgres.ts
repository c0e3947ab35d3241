import type { CommitId, RepositoryName } from '../github/github.ts'
import type { Queryable, SqlValue } from '../postgres/database.ts'
import { UNLIMITED_TURNS, type RunId } from '../review/run.ts'
import * as sql from './delivery-statements.postgres.ts'
import type { DeliveredPullRequest } from './delivery.ts'
import { isOwed, type PullRequestRecord, type RecordedRun } from './pull-request-record.ts'

/** A pull request that this transaction holds. */
export interface KeptPullRequest {
  readonly id: number
  /** What its row shows. */
  readonly stored: DeliveredPullRequest
  readonly storedStatus: sql.PullRequestStatus
  readonly storedRuns: readonly RecordedRun[]
  /** What is to be kept of it; undefined until the first delivery of a new one is applied. */
  record: PullRequestRecord | undefined
}

/** Names a pull request. */
export function nameOf({ repository, number }: Pick<DeliveredPullRequest, 'repository' | 'number'>): string {
  return `${repository}#${number}`
}

/** Loads and locks the pull requests, by name; makes the rows of those that are new, as first told. */
export async function loadPullRequests(
  transaction: Queryable,
  told: readonly DeliveredPullRequest[],
): Promise<ReadonlyMap<string, KeptPullRequest>> {
  if (told.length === 0) return new Map()
  const first = new Map(told.toReversed().map((pullRequest) => [nameOf(pullRequest), pullRequest]))
  const wanted = [...first.values()]
  const rows = await transaction.run(
    sql.lockPullRequests,
    wanted.map(({ repository }) => repository),
    wanted.map(({ number }) => number),
    ...shownColumns(wanted),
  )
  const known = rows.filter((row) => !row.is_new).map(({ id }) => id)
  const heads = told.map(({ head }) => head)
  const runs = known.length > 0 ? await transaction.run(sql.selectRuns, known, heads) : []
  return new Map(
    rows.map((row) => {
      const name = `${row.repo_full_name}#${row.pr_number}`
      const storedRuns = runs.filter((run) => run.pull_request_id === row.id).map(runOfRow)
      const shown = shownOfRow(row)
      const kept: KeptPullRequest = {
        id: row.id,
        stored: row.is_new ? (first.get(name) ?? shown) : shown,
        storedStatus: row.status,
        storedRuns,
        record: row.is_new ? undefined : { shown, runs: storedRuns },
      }
      return [name, kept]
    }),
  )
}

/** Writes what the records changed: pull requests first, then their runs. */
export async function storeChanges(transaction: Queryable, kept: readonly KeptPullRequest[]): Promise<void> {
  const changes = kept.flatMap(changeOf)
  const shown = changes.filter((change) => change.isShownDifferently)
  if (shown.length > 0) {
    await transaction.run(
      sql.updatePullRequests,
      shown.map(({ id }) => id),
      ...shownColumns(shown.map(({ record }) => record.shown)),
      shown.map(({ status }) => status),
    )
  }
  const created = changes.flatMap((change) =>
    change.created.map((run) => ({ ...run, of: change.id, repository: change.record.shown.repository })),
  )
  if (created.length > 0) {
    await transaction.run(
      sql.insertRuns,
      created.map(({ id }) => id),
      created.map(({ of }) => of),
      created.map(({ head }) => head),
      created.map(({ baseBranch }) => baseBranch),
      created.map(({ repository }) => repository),
    )
  }
  const ended = changes.flatMap((change) => change.ended)
  if (ended.length > 0) {
    await transaction.run(
      sql.supersedeRuns,
      ended.map(({ id }) => id),
      ended.map(({ reason }) => reason ?? ''),
    )
  }
  const revived = changes.flatMap((change) => change.revived)
  if (revived.length > 0) {
    await transaction.run(
      sql.reviveRuns,
      revived.map(({ id }) => id),
    )
  }
}

/** Those of the runs that few enough older ones of their repository stand before. */
export async function runsWithTurn(
  transaction: Queryable,
  runs: readonly RunId[],
  runsOfRepository: number,
): Promise<ReadonlySet<RunId>> {
  // Nobody has to wait for anybody: nobody has to be asked.
  if (runs.length === 0 || runsOfRepository === UNLIMITED_TURNS) return new Set(runs)
  const rows = await transaction.run(sql.selectTurns, runs, runsOfRepository)
  return new Set(rows.map(({ id }) => id as RunId)) // made by us
}

interface Change {
  readonly id: number
  readonly record: PullRequestRecord
  readonly status: sql.PullRequestStatus
  readonly isShownDifferently: boolean
  /** Runs without a row, those that ended again at once included. */
  readonly created: readonly RecordedRun[]
  readonly ended: readonly RecordedRun[]
  readonly revived: readonly RecordedRun[]
}

function changeOf({ id, record, stored, storedStatus, storedRuns }: KeptPullRequest): readonly Change[] {
  if (!record) return []
  const before = new Map(storedRuns.map((run) => [run.id, run]))
  const wasOwed = (run: RecordedRun): boolean => isOwed(before.get(run.id)?.state ?? 'queued')
  const created = record.runs.filter((run) => !before.has(run.id))
  const ended = record.runs.filter((run) => wasOwed(run) && !isOwed(run.state))
  const revived = record.runs.filter((run) => !wasOwed(run) && isOwed(run.state))
  const owes = record.runs.some((run) => isOwed(run.state))
  const status =
    owes && (created.length > 0 || revived.length > 0)
      ? 'pending'
      : !owes && (ended.length > 0 || record.shown.state === 'closed')
        ? settledStatus(storedStatus)
        : storedStatus
  const isShownDifferently = record.shown !== stored || status !== storedStatus
  return [{ id, record, status, isShownDifferently, created, ended, revived }]
}

/** Nothing is under way any more; that an earlier review failed stays visible. */
function settledStatus(status: sql.PullRequestStatus): sql.PullRequestStatus {
  return status === 'failed' ? 'failed' : 'completed'
}

/** The columns that show a pull request, in the order in which both statements take them. */
function shownColumns(shown: readonly DeliveredPullRequest[]): readonly SqlValue[] {
  return [
    shown.map(({ installationId }) => installationId ?? null),
    shown.map(({ title }) => title),
    shown.map(({ author }) => author.login),
    shown.map(({ author }) => author.isBot),
    shown.map(({ state }) => state),
    shown.map(({ draft }) => draft),
    // An array of arrays would have to be a rectangle.
    shown.map(({ labels }) => JSON.stringify(labels)),
    shown.map(({ head }) => head),
    shown.map(({ baseBranch }) => baseBranch),
    shown.map(({ updatedAt }) => updatedAt),
    shown.map(({ locked }) => locked),
  ]
}

function shownOfRow(row: sql.PullRequestRow): DeliveredPullRequest {
  return {
    repository: row.repo_full_name as RepositoryName, // checked when it was delivered
    number: row.pr_number,
    ...(row.installation_id !== null && { installationId: row.installation_id }),
    title: row.title,
    author: { login: row.author, isBot: row.author_is_bot },
    state: row.state,
    draft: row.draft,
    locked: row.locked,
    labels: row.labels,
    head: row.head_commit as CommitId, // checked when it was delivered
    baseBranch: row.base_branch,
    updatedAt: row.github_updated_at,
  }
}

function runOfRow(row: sql.RunRow): RecordedRun {
  return {
    id: row.id as RunId, // made by us
    head: row.head_commit as CommitId, // checked when it was delivered
    baseBranch: row.base_branch,
    state: row.state,
  }
}
