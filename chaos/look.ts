import type { GitHubEmulator } from '../emulators/github/github-emulator.ts'
import type { PlannedHeads } from './history.ts'
import type { Ledger } from './ledger.ts'
import type { Shown } from './outcome.ts'
import { faultsIn } from './planted-faults.ts'

/** What GitHub shows of a pull request, and the receipts of its runs. */
export async function lookAt(
  { github, ledger }: { readonly github: GitHubEmulator; readonly ledger: Ledger },
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
    receipts: await ledger.receipts(repository, number),
  }
}
