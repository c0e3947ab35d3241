import type { Clock } from '../base/clock.ts'
import { RetryableError } from '../base/errors.ts'
import { isCommentable } from '../diff/commentable-lines.ts'
import type { FileDiff } from '../diff/file-diff.ts'
import type { CheckRun, GitHubRepository, Posted } from '../github/github.ts'
import { reviewMarker, summaryMarker, withMarker } from '../github/marker.ts'
import { composeReview, moveToSummary, type ComposedReview } from './compose-review.ts'
import type { Finding } from './finding.ts'
import type { DecidedReview, Intent, PostKind, PostLedger, StartedRun } from './run-store.ts'

/** The name under which the check run stands on pull requests: branch rules may require it. */
export const CHECK_RUN_NAME = 'Lorgnette'

export interface Posting {
  readonly ledger: PostLedger
  readonly repository: GitHubRepository
  readonly run: StartedRun
  /** The diff of the pull request as GitHub has it now, by path: asked only when GitHub refused a line. */
  readonly currentFiles: () => Promise<ReadonlyMap<string, FileDiff>>
  /** Where people can look at the run, when there is such a page. */
  readonly detailsUrl?: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * A write begins at most this long after the store was asked whether this attempt holds the run: much less than the rest
 * of a lease, so that no other attempt can have looked meanwhile and found nothing.
 */
const FRESH_MS = 3_000

/**
 * Says a decided review on the pull request: one review with the inline comments, one check run with the receipt, and
 * the summary when it holds something that a reader would miss. Returns the findings with the places they really got.
 *
 * Nothing is said twice (I3): the intent is kept before each write; when an intent is found and its write may have
 * landed, it is looked up by its marker first, and when that look-up fails nothing is written.
 */
export async function postReview(posting: Posting, decided: DecidedReview): Promise<readonly Finding[]> {
  const findings = await postComments(posting, decided)
  const composed = composeReview(findings, decided.receipt)
  const checked = await postCheckRun(posting, composed)
  // Without a check run (only Apps may write one) the summary is where the receipt stands.
  await postSummary(posting, composed, composed.needsSummary || !checked)
  return findings
}

async function postComments(posting: Posting, decided: DecidedReview): Promise<readonly Finding[]> {
  const { ledger, repository, run, signal } = posting
  if (composeReview(decided.findings, decided.receipt).comments.length === 0) return decided.findings

  const marker = reviewMarker(run)
  let { findings } = decided
  await writeOnce(posting, 'review', marker, {
    find: () => repository.findReview(run.pullRequest, marker, signal),
    write: async () => {
      const review = (await send()) ?? (await sendWithout(await refusedFindings(posting, findings)))
      // When GitHub still refuses, nothing goes inline: the summary says it all.
      return review ?? (await sendWithout(new Set(findings.map(({ id }) => id))))
    },
  })
  await ledger.recordComments(
    run,
    composeReview(findings, decided.receipt).comments.map(({ findingId, path, anchor, body }) => ({
      findingId,
      path,
      body,
      ...(anchor && { line: anchor.endLine }),
    })),
  )
  return findings

  async function send(): Promise<Posted | undefined> {
    const { comments, body } = composeReview(findings, decided.receipt)
    if (comments.length === 0) return undefined
    const review = { commit: run.head, body: withMarker(body, marker), comments }
    const sent = await repository.postReview(run.pullRequest, review, signal)
    return sent.kind === 'posted' ? sent.review : undefined
  }

  /** The new places are kept before the next write, so that after a crash the summary still says what moved there. */
  async function sendWithout(refused: ReadonlySet<string>): Promise<Posted | undefined> {
    if (refused.size === 0) return undefined
    findings = moveToSummary(findings, refused)
    await fresh(posting, () => ledger.decide(run, { ...decided, findings }))
    return await send()
  }
}

/** GitHub does not say which comment it refused: those whose lines are not in its diff (any more). */
async function refusedFindings(posting: Posting, findings: readonly Finding[]): Promise<ReadonlySet<string>> {
  const files = await posting.currentFiles()
  const refused = findings.filter(({ path, anchor, verdict }) => {
    if (verdict.kind !== 'posted' || verdict.place !== 'inline') return false
    const file = files.get(path)
    return !file || !anchor || !isCommentable(file, anchor)
  })
  return new Set(refused.map(({ id }) => id))
}

/** Whether the receipt stands as a check run: false when our credentials cannot write one. */
async function postCheckRun(posting: Posting, composed: ComposedReview): Promise<boolean> {
  const { repository, run, signal, detailsUrl } = posting
  const marker = reviewMarker(run)
  const checkRun: CheckRun = {
    name: CHECK_RUN_NAME,
    commit: run.head,
    externalId: marker,
    ...composed.checkRun,
    ...(detailsUrl !== undefined && { detailsUrl }),
  }
  return await writeOnce(posting, 'check-run', marker, {
    find: () => repository.findCheckRun(run.head, CHECK_RUN_NAME, marker, signal),
    write: () => repository.createCheckRun(checkRun, signal),
    rewrite: (id) => repository.updateCheckRun(id, checkRun, signal),
  })
}

/** The summary is one comment per pull request, edited in place; it is begun only when it is needed. */
async function postSummary(posting: Posting, composed: ComposedReview, needed: boolean): Promise<void> {
  const { ledger, repository, run, signal } = posting
  const marker = summaryMarker(run)
  if (!needed && (await standing()) === undefined) return
  const body = withMarker(composed.summary, marker)
  await writeOnce(posting, 'summary', marker, {
    find: () => repository.findSummary(run.pullRequest, marker, signal),
    write: async () => (needed ? await repository.createSummary(run.pullRequest, body, signal) : undefined),
    rewrite: (id) => repository.updateSummary(id, body, signal),
  })

  async function standing(): Promise<number | undefined> {
    const intent = await ledger.intent(run, 'summary', marker)
    if (intent.kind === 'done') return intent.githubId
    return intent.kind === 'new'
      ? undefined
      : (await repository.findSummary(run.pullRequest, marker, signal))?.id
  }
}

interface OnceWrite {
  /** What stands on GitHub with our marker. */
  readonly find: () => Promise<Posted | undefined>
  /** Undefined when it cannot be written at all. */
  readonly write: () => Promise<Posted | undefined>
  /** For what has one place and new words; undefined when it is gone, for somebody deleted it. */
  readonly rewrite?: (id: number) => Promise<Posted | undefined>
}

/** The one way in which anything is written on GitHub. Returns whether it stands there now. */
async function writeOnce(
  posting: Posting,
  kind: PostKind,
  marker: string,
  { find, write, rewrite }: OnceWrite,
): Promise<boolean> {
  const { ledger, run } = posting
  const intend = (): Promise<Intent> => fresh(posting, () => ledger.intend(run, kind, marker))
  const intent = await intend()
  const id = (await standing()) ?? (await writeNow())?.id
  if (id === undefined) return false
  await ledger.posted(run, kind, marker, id)
  return true

  async function standing(): Promise<number | undefined> {
    if (intent.kind === 'new') return undefined
    const kept = intent.kind === 'done' ? await keep(intent.githubId) : undefined
    if (kept !== undefined) return kept
    // Nobody knows whether a write landed; nor, when the known one was deleted, whether another was written in its place.
    const found = await find()
    return found && (await keep(found.id))
  }

  async function keep(id: number): Promise<number | undefined> {
    return rewrite ? (await rewrite(id))?.id : id
  }

  async function writeNow(): Promise<Posted | undefined> {
    // Looking took its time, and the run may have gone to another attempt meanwhile.
    if (intent.kind !== 'new') await intend()
    return await write()
  }
}

/**
 * What the store answers, when it answers in time. A process that stood still (a machine that swapped, a laptop that
 * slept) goes on with an answer that was true when it was given: by now another attempt may have written.
 */
async function fresh<Answer>({ clock }: Posting, ask: () => Promise<Answer>): Promise<Answer> {
  const askedAt = clock.now().getTime()
  const answer = await ask()
  const ageMs = clock.now().getTime() - askedAt
  if (ageMs <= FRESH_MS) return answer
  throw new RetryableError(`nothing was posted: ${ageMs} ms passed since the store was asked`)
}
