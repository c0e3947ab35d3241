import pg from 'pg'
import type { Shown } from './outcome.ts'

/** What our system says in its database that it did. Rejects while that is away. */
export interface Ledger {
  /** By head. */
  receipts(repository: string, number: number): Promise<Shown['receipts']>
  /** How many runs of the repository have not ended. */
  unended(repository: string): Promise<number>
  close(): Promise<void>
}

interface ReceiptRow {
  readonly head_commit: string
  readonly outcome: string
  readonly hunks: number
  readonly findings: number
}

export function openLedger(databaseUrl: string): Ledger {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  // Its server is killed again and again; the next question finds out.
  pool.on('error', () => undefined)
  return {
    receipts: async (repository, number) => {
      const { rows } = await pool.query<ReceiptRow>(
        `select review_runs.head_commit, outcome,
           hunks_read + hunks_from_cache + hunks_skipped + hunks_over_budget + hunks_failed as hunks,
           findings_posted + findings_merged + findings_dropped as findings
         from review_runs
         join receipts on receipts.run_id = review_runs.id
         join pull_requests on pull_requests.id = review_runs.pull_request_id
         where repo_full_name = $1 and pr_number = $2`,
        [repository, number],
      )
      return new Map(rows.map(({ head_commit, ...receipt }) => [head_commit, receipt]))
    },
    unended: async (repository) => {
      const { rows } = await pool.query<{ readonly runs: number }>(
        `select count(*)::integer as runs
         from review_runs join pull_requests on pull_requests.id = review_runs.pull_request_id
         where ended_at is null and repo_full_name = $1`,
        [repository],
      )
      return rows[0]?.runs ?? 0
    },
    close: () => pool.end(),
  }
}
