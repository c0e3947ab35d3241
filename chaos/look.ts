import pg from 'pg'
import type { GitHubEmulator } from '../emulators/github/github-emulator.ts'
import type { PlannedHeads } from './history.ts'
import type { Shown } from './outcome.ts'
import { faultsIn } from './planted-faults.ts'

/** What GitHub shows of a pull request, and the receipts of its runs. */
export async function lookAt(
  { github, databaseUrl }: { readonly github: GitHubEmulator; readonly databaseUrl: string },
  repository: string,
  { number, heads }: PlannedHeads,
  open: boolean,
): Promise<Shown> {
  const login = `${github.app.slug}[bot]`
  const ours = <Said extends { readonly author: string }>(list: readonly Said[]): readonly Said[] =>
    list.filter(({ author }) => author === login)
  const checkRuns = []
  for (const { commit } of heads)
    for (const { conclusion } of await github.checkRuns(repository, commit))
      checkRuns.push({ head: commit, conclusion })
  const comments = ours(await github.comments(repository, number))
  const summaries = ours(await github.issueComments(repository, number))
  return {
    number,
    open,
    checkRuns,
    reviews: ours(await github.reviews(repository, number)).map(({ commit }) => ({ head: commit })),
    comments: comments.map(({ originalCommit, body }) => ({ head: originalCommit, faults: faultsIn(body) })),
    summaries: summaries.map(({ body }) => ({ faults: faultsIn(body) })),
    receipts: await readReceipts(databaseUrl, repository, number),
  }
}

interface ReceiptRow {
  readonly head_commit: string
  readonly outcome: string
  readonly hunks: number
  readonly findings: number
}

async function readReceipts(
  databaseUrl: string,
  repository: string,
  number: number,
): Promise<Shown['receipts']> {
  const rows = await ask<ReceiptRow>(
    databaseUrl,
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
}

/** How many runs of the repository have not ended. */
export async function countUnended(databaseUrl: string, repository: string): Promise<number> {
  const rows = await ask<{ readonly runs: number }>(
    databaseUrl,
    `select count(*)::integer as runs
     from review_runs join pull_requests on pull_requests.id = review_runs.pull_request_id
     where ended_at is null and repo_full_name = $1`,
    [repository],
  )
  return rows[0]?.runs ?? 0
}

async function ask<Row extends object>(
  databaseUrl: string,
  text: string,
  values: readonly (string | number)[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<Row>(text, [...values])
    return rows
  } finally {
    await client.end()
  }
}
