import type { PlannedHeads } from './history.ts'
import type { Noted } from './journal.ts'

/** What GitHub shows of one pull request when all is quiet, and what our system says that it did. */
export interface Shown {
  readonly number: number
  readonly open: boolean
  /** Ours, over all heads. */
  readonly checkRuns: readonly { readonly head: string; readonly conclusion: string | undefined }[]
  readonly reviews: readonly { readonly head: string }[]
  readonly comments: readonly { readonly head: string; readonly faults: readonly string[] }[]
  readonly summaries: readonly { readonly faults: readonly string[] }[]
  /** By head: what the receipt of its run accounts for. Absent where there is no receipt. */
  readonly receipts: ReadonlyMap<
    string,
    { readonly outcome: string; readonly hunks: number; readonly findings: number }
  >
}

/** What went wrong, in words with the pull request and the head. */
export interface Outcome {
  /** Open heads that the rules say to review. */
  readonly owed: number
  readonly delivered: number
  readonly lost: readonly string[]
  readonly duplicated: readonly string[]
  readonly stale: readonly string[]
  readonly unaccounted: readonly string[]
}

/** A write that was under way when something newer became known may still land. */
const TOLERANCE_MS = 2_000

/** Compares what is shown with what is owed. Pure. */
export function judgeRun(
  planned: readonly PlannedHeads[],
  shown: readonly Shown[],
  journal: readonly Noted[],
): Outcome {
  const pairs = planned.flatMap((pullRequest) =>
    shown.filter(({ number }) => number === pullRequest.number).map((seen) => ({ pullRequest, seen })),
  )
  const owed = pairs.filter(({ seen }) => seen.open)
  const lost = owed.flatMap(({ pullRequest, seen }) => findLost(pullRequest, seen))
  return {
    owed: owed.length,
    delivered: owed.length - lost.length,
    lost,
    duplicated: pairs.flatMap(({ pullRequest, seen }) => findDuplicated(pullRequest, seen)),
    stale: planned.flatMap((pullRequest) => findStale(pullRequest, journal)),
    unaccounted: owed.flatMap(({ pullRequest, seen }) => findUnaccounted(pullRequest, seen)),
  }
}

function findLost({ number, heads }: PlannedHeads, { checkRuns }: Shown): string[] {
  const head = heads.at(-1)?.commit
  const check = checkRuns.find((run) => run.head === head)
  if (!check) return [`#${number}: nothing stands on its head`]
  // Nothing here is wrong for good, so a review that gave up is a review that was lost.
  return check.conclusion === 'failure'
    ? [`#${number}: the check run says that it could not be reviewed`]
    : []
}

function findDuplicated({ number, heads }: PlannedHeads, seen: Shown): string[] {
  const onHeads = heads.flatMap(({ commit }, index) => {
    const name = `#${number}, head ${index + 1}`
    const count = (list: readonly { readonly head: string }[]): number =>
      list.filter(({ head }) => head === commit).length
    const said = seen.comments
      .filter(({ head }) => head === commit)
      .flatMap(({ faults }) => [...new Set(faults)])
    const twice = said.filter((fault, at) => said.indexOf(fault) !== at)
    return [
      ...(count(seen.checkRuns) > 1 ? [`${name}: ${count(seen.checkRuns)} check runs`] : []),
      ...(count(seen.reviews) > 1 ? [`${name}: ${count(seen.reviews)} reviews`] : []),
      ...twice.map((fault) => `${name}: ${fault} is said twice`),
    ]
  })
  return seen.summaries.length > 1 ? [...onHeads, `#${number}: ${seen.summaries.length} summaries`] : onHeads
}

/** Writes for a head that began well after our system was told, or read, that the head is no longer the one to review. */
function findStale({ number, heads }: PlannedHeads, journal: readonly Noted[]): string[] {
  return heads.flatMap(({ commit }, index) => {
    const newer = new Set(heads.slice(index + 1).map((head) => head.commit))
    const overAt = journal.flatMap((noted) =>
      noted.kind !== 'wrote' && noted.number === number && (newer.has(noted.head) || !noted.open)
        ? [noted.at]
        : [],
    )
    const knownAt = Math.min(...overAt)
    return journal.flatMap((noted) =>
      noted.kind === 'wrote' && noted.head === commit && noted.at > knownAt + TOLERANCE_MS
        ? [`#${number}, head ${index + 1}: a ${noted.what} ${Math.round(noted.at - knownAt)} ms too late`]
        : [],
    )
  })
}

function findUnaccounted({ number, heads }: PlannedHeads, seen: Shown): string[] {
  const head = heads.at(-1)
  if (!head) return []
  const said = new Set([...seen.comments, ...seen.summaries].flatMap(({ faults }) => faults))
  const unsaid = head.faults
    .filter((fault) => !said.has(fault))
    .map((fault) => `#${number}: ${fault} is not said`)
  const receipt = seen.receipts.get(head.commit)
  if (!receipt) return [...unsaid, `#${number}: its head has no receipt`]
  if (receipt.outcome !== 'reviewed') return [...unsaid, `#${number}: its receipt says ${receipt.outcome}`]
  return [
    ...unsaid,
    ...(receipt.hunks === head.hunks
      ? []
      : [`#${number}: ${receipt.hunks} of ${head.hunks} hunks are in the receipt`]),
    ...(receipt.findings === head.faults.length
      ? []
      : [`#${number}: ${receipt.findings} of ${head.faults.length} findings are in the receipt`]),
  ]
}
