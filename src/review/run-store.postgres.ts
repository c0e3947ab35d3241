import { randomIds, type IdSource } from '../base/ids.ts'
import type { CommitId, RepositoryName } from '../github/github.ts'
import type { Database, Queryable, SqlValue, Statement } from '../postgres/database.ts'
import { storableJson, storableText } from '../postgres/storable-text.ts'
import { findingColumns } from './finding-columns.postgres.ts'
import type { Finding } from './finding.ts'
import type { Receipt } from './receipt.ts'
import * as sql from './run-statements.postgres.ts'
import {
  RunLostError,
  type Intent,
  type RunEnd,
  type RunStore,
  type ShownPullRequest,
  type StartedRun,
  type Taken,
} from './run-store.ts'
import { UNLIMITED_TURNS, type RunId } from './run.ts'

export interface RunStoreOptions {
  readonly newId?: IdSource
  /** Runs of one repository that have their turn at once; as many as there are when absent. */
  readonly runsOfRepository?: number
}

/** The state of runs in PostgreSQL. Text of the outside world loses the NULs and lone surrogates that it cannot keep. */
export function openRunStore(
  database: Database,
  { newId = randomIds, runsOfRepository = UNLIMITED_TURNS }: RunStoreOptions = {},
): RunStore {
  return {
    start: (id, { holdMs, afresh = false }) =>
      database.transaction(async (transaction): Promise<Taken> => {
        await transaction.run(sql.lockPullRequest, id)
        const [row] = await transaction.run(sql.start, id, holdMs, afresh)
        if (row) return { kind: 'started', run: startedRun(row) }
        const [known] = await transaction.run(sql.selectState, id, afresh)
        return { kind: !known ? 'unknown' : known.is_startable ? 'busy' : 'ended' }
      }),

    keep: async ({ id, attempt }, holdMs) => {
      const kept = await database.run(sql.keep, id, attempt, holdMs)
      return kept.length > 0
    },

    release: async ({ id, attempt }) => {
      await database.run(sql.release, id, attempt)
    },

    record: async (run, { step, detail }) => {
      await held(database, run, sql.insertEvent, storableText(step), storableJson(detail))
    },

    recordCall: async (run, call) => {
      const { purpose, unit, model, usage, latencyMs, outcome, detail, source, cache, cost } = call
      const tokens = [usage.inputTokens, usage.cachedInputTokens, usage.outputTokens]
      const texts = { unit: storableText(unit), model: storableText(model), detail: storableText(detail) }
      await held(
        database,
        run,
        sql.insertCall,
        purpose,
        texts.unit,
        texts.model,
        ...tokens,
        latencyMs,
        outcome,
        texts.detail,
        source,
        cache?.lookup ?? null,
        cache?.key ?? null,
        cache ? storableJson(cache.parts) : null,
        cost ?? null,
      )
    },

    decide: (run, decided) =>
      database.transaction(async (transaction) => {
        await held(transaction, run, sql.decide, storableJson(decided))
        await replaceFindings(transaction, run, decided.findings)
      }),

    intend: async (run, kind, marker, again) => {
      const intended = again ? sql.renewIntent : sql.insertIntent
      return intentOf(await held(database, run, intended, kind, marker))
    },
    intent: async (run, kind, marker) => intentOf(await held(database, run, sql.selectIntent, kind, marker)),

    answered: async (run, kind, marker) => {
      await held(database, run, sql.noteAnswered, kind, marker)
    },

    posted: async (run, kind, marker, githubId) => {
      const row = await held(database, run, sql.notePosted, kind, marker, githubId)
      if (!row.held) throw lost(run)
    },

    recordComments: async (run, comments) => {
      const ofFinding = new Map(comments.map((comment) => [comment.findingId, comment]))
      const once = [...ofFinding.values()]
      await held(
        database,
        run,
        sql.insertComments,
        once.map(({ findingId }) => storableText(findingId)),
        once.map(({ path }) => storableText(path)),
        once.map(({ line }) => line ?? null),
        once.map(({ body }) => storableText(body)),
        once.map(({ githubId }) => githubId ?? null),
      )
    },

    end: (run, how) =>
      database.transaction(async (transaction) => {
        await transaction.run(sql.lockPullRequest, run.id)
        await endRun(transaction, run, how)
      }),

    giveWay: (run, { shown, isOwed, receipt }) =>
      database.transaction(async (transaction) => {
        await transaction.run(sql.lockPullRequest, run.id)
        const kept = await transaction.run(sql.keepShown, run.id, ...shownColumns(shown))
        if (kept.length === 0) return false
        if (isOwed) {
          await transaction.run(sql.oweAnother, run.id, newId(), shown.head, storableText(shown.baseBranch))
        }
        const detail = storableJson({ reason: receipt.reason ?? '' })
        await held(transaction, run, sql.insertEvent, 'superseded', detail)
        await endRun(transaction, run, { state: 'superseded', receipt })
        return true
      }),

    saidBefore: async ({ repository, pullRequest, id }) => {
      const rows = await database.run(sql.selectSaidBefore, repository, pullRequest, id)
      return new Set(rows.map(({ fingerprint }) => fingerprint))
    },

    owed: async (limit, after) => {
      const rows = await database.run(sql.selectOwed, limit, after ?? null, runsOfRepository)
      return rows.map(({ id }) => id as RunId) // made by us
    },

    turns: async (id) => {
      const rows = await database.run(sql.selectTurns, id, runsOfRepository)
      return rows.map((row) => row.id as RunId) // made by us
    },
  }
}

/** Runs a fenced statement. Throws `RunLostError` when it wrote nothing because this attempt holds the run no more. */
async function held<Row extends object>(
  queryable: Queryable,
  run: StartedRun,
  fenced: Statement<Row>,
  ...values: readonly SqlValue[]
): Promise<Row> {
  const [row] = await queryable.run(fenced, run.id, run.attempt, ...values)
  if (!row) throw lost(run)
  return row
}

function lost({ id, attempt }: StartedRun): RunLostError {
  return new RunLostError(`attempt ${attempt} holds run ${id} no more`)
}

async function endRun(
  transaction: Queryable,
  run: StartedRun,
  { state, receipt, findings }: RunEnd,
): Promise<void> {
  const reason = storableText(receipt.reason ?? '')
  const ended = await held(transaction, run, sql.end, state, reason)
  await transaction.run(sql.insertReceipt, run.id, ...receiptColumns(receipt))
  if (findings) await replaceFindings(transaction, run, findings)
  const status = state === 'failed' ? 'failed' : 'completed'
  await transaction.run(sql.settlePullRequest, ended.pull_request_id, status)
}

async function replaceFindings(
  transaction: Queryable,
  run: StartedRun,
  findings: readonly Finding[],
): Promise<void> {
  await transaction.run(sql.deleteFindings, run.id)
  if (findings.length > 0) await transaction.run(sql.insertFindings, run.id, ...findingColumns(findings))
}

function startedRun(row: sql.StartedRow): StartedRun {
  return {
    id: row.id as RunId, // made by us
    repository: row.repo_full_name as RepositoryName, // checked when it was delivered
    pullRequest: row.pr_number,
    ...(row.installation_id !== null && { installationId: row.installation_id }),
    head: row.head_commit as CommitId, // checked when it was delivered
    baseBranch: row.base_branch,
    state: row.state,
    attempt: row.attempt,
    ...(row.state === 'posting' && row.decided && { decided: row.decided }),
  }
}

function intentOf({ intended, github_id: githubId, age_ms: ageMs, answered }: sql.IntentRow): Intent {
  if (githubId !== null) return { kind: 'done', githubId }
  return intended ? { kind: 'intended', ageMs: ageMs ?? 0, answered: answered ?? false } : { kind: 'new' }
}

/** What GitHub shows in the order in which `runs-keep-shown` takes it. */
function shownColumns(shown: ShownPullRequest): readonly SqlValue[] {
  const { head, baseBranch, state, draft, locked, labels, updatedAt } = shown
  const names = storableJson(labels)
  return [head, storableText(baseBranch), state, draft, locked, names, updatedAt]
}

/** A receipt in the order in which `runs-insert-receipt` takes it. */
function receiptColumns({
  outcome,
  reason,
  reader,
  hunks,
  findings,
  files,
  notes = [],
  wholeChange,
}: Receipt): readonly SqlValue[] {
  return [
    outcome,
    reason === undefined ? null : storableText(reason),
    reader.model === undefined ? null : storableText(reader.model),
    reader.analysers.map(storableText),
    hunks.read,
    hunks['from-cache'],
    hunks.skipped,
    hunks['over-budget'],
    hunks.failed,
    findings.posted,
    findings.merged,
    findings.dropped,
    storableJson(files),
    notes.map(storableText),
    wholeChange === undefined ? null : storableJson(wholeChange),
  ]
}
