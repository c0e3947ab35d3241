import { canBeId } from '../base/ids.ts'
import type { CacheLookup } from '../llm/model.ts'
import type { MicroDollars } from '../budget/money.ts'
import type { Queryable } from '../postgres/database.ts'
import { statement } from '../postgres/database.ts'
import type {
  RecordedCall,
  RecordedComment,
  RecordedDelivery,
  RecordedEvent,
  RunHistory,
} from './run-history.ts'
import {
  findingFromRow,
  receiptFromRow,
  runFromRow,
  type FindingRow,
  type ReceiptRow,
  type RunRow,
} from './run-history-rows.ts'

const RUN_COLUMNS = `
  run.id, pull_request.repo_full_name, pull_request.pr_number, pull_request.title, pull_request.author,
  run.head_commit, run.base_branch, run.state, run.reason, run.attempt, run.created_at, run.started_at, run.ended_at,
  receipt.findings_posted, receipt.findings_merged, receipt.findings_dropped`

const FROM_RUNS = `
  from review_runs as run
  join pull_requests as pull_request on pull_request.id = run.pull_request_id
  left join receipts as receipt on receipt.run_id = run.id`

const newestRuns = statement<RunRow>(
  'history_newest_runs',
  `select ${RUN_COLUMNS} ${FROM_RUNS}
   order by run.created_at desc, run.id desc
   limit $1`,
)

// Runs are made in the same instant: the id breaks the tie, so that no page skips or repeats one.
const olderRuns = statement<RunRow>(
  'history_older_runs',
  `select ${RUN_COLUMNS} ${FROM_RUNS}
   where (run.created_at, run.id) < (select created_at, id from review_runs where id = $2)
   order by run.created_at desc, run.id desc
   limit $1`,
)

const oneRun = statement<RunRow>('history_run', `select ${RUN_COLUMNS} ${FROM_RUNS} where run.id = $1`)

const eventsOfRun = statement<RecordedEvent>(
  'history_events',
  'select step, detail, attempt, at from run_events where run_id = $1 order by id',
)

const receiptOfRun = statement<ReceiptRow>(
  'history_receipt',
  `select outcome, reason, reader_model, reader_analysers, hunks_read, hunks_from_cache, hunks_skipped,
     hunks_over_budget, hunks_failed, findings_posted, findings_merged, findings_dropped, files, notes,
     whole_change
   from receipts where run_id = $1`,
)

const findingsOfRun = statement<FindingRow>(
  'history_findings',
  `select id, source_kind, source_name, rule, path, side, start_line, end_line, severity, category, title,
     explanation, evidence, replacement, confidence, verdict, place, merged_into, drop_reason, drop_detail, fingerprint,
     look_verdict, look_reason, look_model, look_certainty, claimed_severity, pass, worth
   from findings where run_id = $1 order by position`,
)

const commentsOfRun = statement<{
  finding_id: string
  file_path: string
  line_number: number | null
  comment_text: string
  github_id: number | null
  posted_at: Date
}>(
  'history_comments',
  `select finding_id, file_path, line_number, comment_text, github_id, posted_at
   from reviews where run_id = $1 order by id`,
)

interface CallRow {
  purpose: RecordedCall['purpose']
  unit: string
  model: string
  input_tokens: number
  cached_input_tokens: number
  output_tokens: number
  latency_ms: number
  outcome: RecordedCall['outcome']
  detail: string
  source: RecordedCall['source']
  cache_lookup: CacheLookup | null
  cache_key: string | null
  cache_key_parts: Readonly<Record<string, string>> | null
  cost: MicroDollars | null
  attempt: number
  created_at: Date
}

const callsOfRun = statement<CallRow>(
  'history_calls',
  `select purpose, unit, model, input_tokens, cached_input_tokens, output_tokens, latency_ms, outcome, detail, source,
     cache_lookup, cache_key, cache_key_parts,
     cost_micro_dollars as cost, attempt, created_at
   from llm_calls where run_id = $1 order by id`,
)

// The times bound the search, for deliveries are indexed by time alone. The hour before allows for clocks that differ:
// a delivery is dated by the server that took it, a run by the store.
const deliveriesOfRun = statement<{
  id: string
  name: string
  action: string
  decision: RecordedDelivery['decision']
  reason: string
  received_at: Date
}>(
  'history_deliveries',
  `select delivery.id, delivery.name, delivery.action, delivery.decision, delivery.reason, delivery.received_at
   from webhook_deliveries as delivery
   join review_runs as run on run.id = $1
   join pull_requests as pull_request on pull_request.id = run.pull_request_id
   where delivery.received_at >= run.created_at - interval '1 hour'
     and delivery.received_at < coalesce(run.ended_at, now()) + interval '1 day'
     and delivery.repo_full_name = pull_request.repo_full_name
     and delivery.pr_number = pull_request.pr_number
     and delivery.head_commit = run.head_commit
   order by delivery.received_at, delivery.id
   limit 100`,
)

/** The history in the tables of the review, on PostgreSQL and PGlite alike. */
export function createPostgresRunHistory(database: Queryable): RunHistory {
  return {
    list: async ({ limit, before }) => {
      if (before !== undefined && !canBeId(before)) return []
      const rows =
        before === undefined
          ? await database.run(newestRuns, limit)
          : await database.run(olderRuns, limit, before)
      return rows.map(runFromRow)
    },

    find: async (id) => {
      const [row] = canBeId(id) ? await database.run(oneRun, id) : []
      if (!row) return undefined
      const [timeline, [receipt], findings, comments, calls, deliveries] = await Promise.all([
        database.run(eventsOfRun, id),
        database.run(receiptOfRun, id),
        database.run(findingsOfRun, id),
        database.run(commentsOfRun, id),
        database.run(callsOfRun, id),
        database.run(deliveriesOfRun, id),
      ])
      return {
        run: runFromRow(row),
        timeline,
        ...(receipt && { receipt: receiptFromRow(receipt) }),
        findings: findings.map(findingFromRow),
        comments: comments.map((comment): RecordedComment => ({
          findingId: comment.finding_id,
          path: comment.file_path,
          ...(comment.line_number !== null && { line: comment.line_number }),
          body: comment.comment_text,
          ...(comment.github_id !== null && { githubId: comment.github_id }),
          postedAt: comment.posted_at,
        })),
        calls: calls.map((call): RecordedCall => ({
          purpose: call.purpose,
          unit: call.unit,
          model: call.model,
          usage: {
            inputTokens: call.input_tokens,
            cachedInputTokens: call.cached_input_tokens,
            outputTokens: call.output_tokens,
          },
          latencyMs: call.latency_ms,
          outcome: call.outcome,
          detail: call.detail,
          source: call.source,
          ...cacheFromRow(call),
          ...(call.cost !== null && { cost: call.cost }),
          attempt: call.attempt,
          at: call.created_at,
        })),
        deliveries: deliveries.map(({ received_at: receivedAt, ...delivery }): RecordedDelivery => ({
          ...delivery,
          receivedAt,
        })),
      }
    },
  }
}

function cacheFromRow({
  cache_lookup: lookup,
  cache_key: key,
  cache_key_parts: parts,
}: CallRow): Pick<RecordedCall, 'cache'> {
  return lookup !== null && key !== null && parts !== null ? { cache: { lookup, key, parts } } : {}
}
