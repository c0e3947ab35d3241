import { canBeId } from '../base/ids.ts'
import type { CommitId, RepositoryName } from '../github/github.ts'
import { statement, type Queryable } from '../postgres/database.ts'
import type { RunId, RunState } from '../review/run.ts'
import type { LetterRuns } from './letter-runs.ts'

const runsOfLetters = statement<{
  id: RunId
  repository: RepositoryName
  pullRequest: number
  head: CommitId
  title: string
  state: RunState
  reason: string
}>(
  'letters-runs',
  `select run.id, pull_request.repo_full_name as repository, pull_request.pr_number as "pullRequest",
     run.head_commit as head, pull_request.title, run.state, run.reason
   from review_runs as run
   join pull_requests as pull_request on pull_request.id = run.pull_request_id
   where run.id = any($1::text[])`,
)

export function openLetterRuns(database: Queryable): LetterRuns {
  return {
    findRuns: (ids) => database.run(runsOfLetters, ids.filter(canBeId)),
  }
}
