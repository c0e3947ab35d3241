import pg from 'pg'

/** A run as our system accounts for it. */
export interface LedgerRun {
  readonly number: number
  readonly head: string
  readonly state: string
  /** Questions and tokens (of questions and answers) that were paid. */
  readonly paidCalls: number
  readonly paidTokens: number
  /** The same of answers that were found in the cache. */
  readonly cachedCalls: number
  readonly cachedTokens: number
  readonly failedCalls: number
}

export interface LoadLedger {
  /** How many runs have not ended. */
  unended(): Promise<number>
  runs(repository: string): Promise<readonly LedgerRun[]>
  close(): Promise<void>
}

/** The database of the product, read while it works. */
export function openLoadLedger(databaseUrl: string): LoadLedger {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  return {
    unended: async () => {
      const { rows } = await pool.query<{ readonly runs: number }>(
        'select count(*)::integer as runs from review_runs where ended_at is null',
      )
      return rows[0]?.runs ?? 0
    },
    runs: async (repository) => {
      const { rows } = await pool.query<LedgerRun>(
        `select pr_number as number, review_runs.head_commit as head, review_runs.state,
           count(llm_calls.id) filter (where llm_calls.source = 'model' and llm_calls.outcome <> 'failed')::integer as "paidCalls",
           count(llm_calls.id) filter (where llm_calls.source = 'cache')::integer as "cachedCalls",
           count(llm_calls.id) filter (where llm_calls.outcome = 'failed')::integer as "failedCalls",
           coalesce(sum(input_tokens + output_tokens) filter (where llm_calls.source = 'model'), 0)::integer as "paidTokens",
           coalesce(sum(input_tokens + output_tokens) filter (where llm_calls.source = 'cache'), 0)::integer as "cachedTokens"
         from review_runs
         join pull_requests on pull_requests.id = review_runs.pull_request_id
         left join llm_calls on llm_calls.run_id = review_runs.id
         where repo_full_name = $1
         group by review_runs.id, pr_number
         order by review_runs.created_at, pr_number`,
        [repository],
      )
      return rows
    },
    close: () => pool.end(),
  }
}
