import type { Clock } from '../base/clock.ts'
import { errorKind, RateLimitedError } from '../base/errors.ts'
import { isCommentable } from '../diff/commentable-lines.ts'
import type { FileDiff } from '../diff/file-diff.ts'
import { NoAnswerError, type CheckRun, type GitHubRepository, type Posted } from '../github/github.ts'
import { reviewMarker, summaryMarker, withMarker } from '../github/marker.ts'
import { composeReview, moveToSummary, type ComposedReview } from './compose-review.ts'
import type { Finding } from './finding.ts'
import { createFreshness, type Freshness } from './freshness.ts'
import type { DecidedReview, PostKind, PostLedger, StartedRun } from './run-store.ts'

/** The name under which the check run stands on pull requests: branch rules may require it. */
export const CHECK_RUN_NAME = 'Lorgnette'

export interface Posting {
  readonly ledger: PostLedger
  /** The repository as it is written on: `beforeWrite` is called right before each request that writes. */
  readonly repositoryWith: (beforeWrite: () => void) => GitHubRepository
  readonly run: StartedRun
  /** The diff of the pull request as GitHub has it now, by path: asked only when GitHub refused a line. */
  readonly currentFiles: () => Promise<ReadonlyMap<string, FileDiff>>
  /** Where people can look at the run, when there is such a page. */
  readonly detailsUrl?: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Posting under way. */
interface Writing extends Posting {
  readonly repository: GitHubRepository
  readonly freshness: Freshness
  /** Waits until GitHub's limits allow the next write. */
  readonly place: () => Promise<void>
}

/**
 * How long a write may still land after it was intended: what is fresh, the ten seconds after which GitHub ends a request,
 * and some for the way there. Whoever finds nothing on GitHub before that does not know that there will be nothing.
 * Source of the ten seconds: GitHub REST, "Troubleshooting", "Timeouts".
 */
const LANDED_MS = 15_000

/**
 * Says a decided review on the pull request: one review with the inline comments, one check run with the receipt, and
 * the summary when it holds something that a reader would miss. Returns the findings with the places they really got.
 *
 * The caller has waited for `readyToWrite` already, before the last look at the pull request: the first write needs no
 * further wait, which could make that look old.
 *
 * Nothing is said twice (I3): the intent is kept before each write; when an intent is found and its write may have
 * landed, it is looked up by its marker first, and when that look-up fails nothing is written. While such a write may
 * still be under way, finding nothing means nothing: then a `RateLimitedError` says when to come again.
 */
export async function postReview(posting: Posting, decided: DecidedReview): Promise<readonly Finding[]> {
  const freshness = createFreshness(posting.clock)
  const repository = posting.repositoryWith(() => freshness.check())
  let isFirst = true
  const place = async (): Promise<void> => {
    if (!isFirst) await repository.readyToWrite(posting.signal)
    isFirst = false
  }
  const writing = { ...posting, freshness, repository, place }
  const findings = await postComments(writing, decided)
  const composed = composeReview(findings, decided.receipt)
  const checked = await postCheckRun(writing, composed)
  // Without a check run (only Apps may write one) the summary is where the receipt stands.
  await postSummary(writing, composed, composed.needsSummary || !checked)
  return findings
}

async function postComments(writing: Writing, decided: DecidedReview): Promise<readonly Finding[]> {
  const { ledger, repository, run, signal, freshness, place } = writing
  if (composeReview(decided.findings, decided.receipt).comments.length === 0) return decided.findings

  const marker = reviewMarker(run)
  let { findings } = decided
  await writeOnce(writing, 'review', marker, {
    find: () => repository.findReview(run.pullRequest, marker, signal),
    write: async () => {
      const review = (await send()) ?? (await sendWithout(await refusedFindings(writing, findings)))
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
    await place()
    findings = moveToSummary(findings, refused)
    await freshness.asking(() => ledger.decide(run, { ...decided, findings }))
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
async function postCheckRun(writing: Writing, composed: ComposedReview): Promise<boolean> {
  const { repository, run, signal, detailsUrl } = writing
  const marker = reviewMarker(run)
  const checkRun: CheckRun = {
    name: CHECK_RUN_NAME,
    commit: run.head,
    externalId: marker,
    ...composed.checkRun,
    ...(detailsUrl !== undefined && { detailsUrl }),
  }
  return await writeOnce(writing, 'check-run', marker, {
    find: () => repository.findCheckRun(run.head, CHECK_RUN_NAME, marker, signal),
    write: () => repository.createCheckRun(checkRun, signal),
    rewrite: (id) => repository.updateCheckRun(id, checkRun, signal),
  })
}

/** The summary is one comment per pull request, edited in place; it is begun only when it is needed. */
async function postSummary(writing: Writing, composed: ComposedReview, needed: boolean): Promise<void> {
  const { ledger, repository, run, signal } = writing
  const marker = summaryMarker(run)
  if (!needed && (await standing()) === undefined) return
  const body = withMarker(composed.summary, marker)
  await writeOnce(writing, 'summary', marker, {
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
  { ledger, run, freshness, clock, place }: Writing,
  kind: PostKind,
  marker: string,
  { find, write, rewrite }: OnceWrite,
): Promise<boolean> {
  await place()
  const intent = await freshness.asking(() => ledger.intend(run, kind, marker))
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
    if (found && rewrite) await freshness.asking(() => ledger.intent(run, kind, marker))
    return found && (await keep(found.id))
  }

  async function keep(id: number): Promise<number | undefined> {
    return rewrite ? (await rewrite(id))?.id : id
  }

  async function writeNow(): Promise<Posted | undefined> {
    const waitMs = intent.kind === 'intended' && !intent.answered ? LANDED_MS - intent.ageMs : 0
    if (waitMs > 0) {
      const until = new Date(clock.now().getTime() + waitMs)
      throw new RateLimitedError(`an earlier write of the ${kind} may still be under way`, until)
    }
    // Looking took its time, and the run may have gone to another attempt meanwhile.
    if (intent.kind !== 'new') await freshness.asking(() => ledger.intend(run, kind, marker, 'again'))
    try {
      const posted = await write()
      if (!posted) await noteAnswered()
      return posted
    } catch (error) {
      if (isAnswer(error)) await noteAnswered()
      throw error
    }
  }

  /** Only spares the next attempt its wait: what went wrong before is what counts. */
  async function noteAnswered(): Promise<void> {
    await ledger.answered(run, kind, marker).catch(() => undefined)
  }
}

/** Whether GitHub said that it did not do it, or the request never left. What nobody foresaw may be anything. */
function isAnswer(error: unknown): boolean {
  const kind = errorKind(error)
  return kind !== 'unknown' && kind !== 'aborted' && !(error instanceof NoAnswerError)
}
