import type { Brand } from '../base/ids.ts'
import type { CommitId, RepositoryName } from '../github/github.ts'

export type RunId = Brand<string, 'RunId'>

/** queued → running → posting → an end. A run moves forward only, by compare-and-set with its attempt as fencing token. */
export type RunState = 'queued' | 'running' | 'posting' | 'completed' | 'failed' | 'skipped' | 'superseded'

/** One attempt to review one head of one pull request. */
export interface Run {
  readonly id: RunId
  readonly repository: RepositoryName
  readonly pullRequest: number
  readonly installationId?: number
  readonly head: CommitId
  /** The branch the change goes to; a pull request that changes its base is another change. */
  readonly baseBranch: string
  readonly state: RunState
  /** The fencing token: grows with every start. */
  readonly attempt: number
}

/** More runs than any repository has: PostgreSQL's largest integer. */
export const UNLIMITED_TURNS = 2_147_483_647
