import { commitFiles } from '../test/commit-files.ts'
import type { ScratchRepository } from '../test/scratch-repository.ts'
import { faultName } from './planted-faults.ts'
import type { PullRequestPlan, RunPlan } from './plan.ts'

/** One head of a pull request, and what a review of it owes. */
export interface Head {
  readonly commit: string
  /** Of the whole change of the pull request, as git counts them. */
  readonly hunks: number
  /** All that the change holds, those of earlier heads too. */
  readonly faults: readonly string[]
}

export interface PlannedHeads {
  readonly number: number
  readonly branch: string
  /** Oldest first. */
  readonly heads: readonly Head[]
}

const LINES = 100

/** Commits what the plan says: each head changes two lines, far enough apart to be two hunks. */
export function commitHistory(repository: ScratchRepository, plan: RunPlan): PlannedHeads[] {
  const files = Object.fromEntries(plan.pullRequests.map((one) => [fileOf(one), textOf(one, new Map())]))
  commitFiles(repository, 'main', files)
  return plan.pullRequests.map((pullRequest) => commitHeads(repository, plan.run, pullRequest))
}

function commitHeads(repository: ScratchRepository, run: number, pullRequest: PullRequestPlan): PlannedHeads {
  const { number, faults } = pullRequest
  const branch = `topic-${number}`
  const changed = new Map<number, string>()
  const planted: string[] = []
  const heads = faults.map((count, index) => {
    for (const change of [0, 1]) {
      const name = faultName(run, number, index, change)
      if (change < count) planted.push(name)
      changed.set(10 + 30 * index + 15 * change, change < count ? `wrong("${name}")` : `right(${index})`)
    }
    const commit = commitFiles(repository, branch, { [fileOf(pullRequest)]: textOf(pullRequest, changed) })
    const diff = repository.git('diff', '--unified=3', `main...${commit}`).toString()
    return { commit, hunks: diff.match(/^@@ /gm)?.length ?? 0, faults: [...planted] }
  })
  return { number, branch, heads }
}

function fileOf({ number, language }: PullRequestPlan): string {
  return `values_${number}.${language === 'go' ? 'go' : 'py'}`
}

function textOf({ language }: PullRequestPlan, changed: ReadonlyMap<number, string>): string {
  const heading = language === 'go' ? 'package values' : 'from values import right, wrong'
  const lines = Array.from({ length: LINES }, (_, index) => {
    const value = changed.get(index) ?? String(index)
    return language === 'go' ? `var value${index} = ${value}` : `value_${index} = ${value}`
  })
  return `${[heading, '', ...lines].join('\n')}\n`
}
