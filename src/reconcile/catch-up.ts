import type { MeasuringClock } from '../base/clock.ts'
import { errorKind, errorMessage, isAbort, RateLimitedError } from '../base/errors.ts'
import type { IdSource } from '../base/ids.ts'
import type { GitHub, ListedPullRequest } from '../github/github.ts'
import type { Ask, RateLimiter } from '../limits/rate-limiter.ts'
import { storableText } from '../postgres/storable-text.ts'
import type { Logger } from '../telemetry/logger.ts'
import { decide, type DecisionRules } from '../webhooks/decide.ts'
import type { DeliveryStore } from '../webhooks/delivery-store.ts'
import type { DeliveredPullRequest, Delivery, DeliveryId } from '../webhooks/delivery.ts'
import { isSameChange } from '../webhooks/pull-request-record.ts'
import type { KnownPullRequest, Listing, Listings } from './listings.ts'

/** In one sweep: it ends soon, whatever is to be listed. */
const MAX_CALLS = 5
/** However often is swept: an installation has 5,000 and more in an hour, and most are for reviews. */
const listingCall: Ask = {
  key: 'github:listings',
  cost: 1,
  limits: [{ of: 'calls', max: 600, windowMs: 3_600_000 }],
}
/** GitHub dates what it shows, and we the first delivery: the clocks may differ, and a delivery takes its time. */
const CLOCKS_MS = 60_000

export interface CatchingUp {
  readonly github: Pick<GitHub, 'repository' | 'installedRepositories'>
  readonly listings: Listings
  readonly limiter: RateLimiter
  /** The door through which deliveries come, too. */
  readonly store: DeliveryStore
  readonly rules: DecisionRules
  /** Replaces the credentials in a text that is stored and shown. */
  readonly hideSecrets: (text: string) => string | Promise<string>
  readonly clock: MeasuringClock
  readonly newId: IdSource
  readonly log: Logger
  /** How often each repository is listed. */
  readonly intervalMs: number
  /** What GitHub changed last before so long is not looked at. */
  readonly maxAgeMs: number
}

/** Goes on with the list for as many calls as one sweep may make. Returns how many reviews were owed that nobody knew of. */
export type CatchUp = (signal: AbortSignal) => Promise<number>

/**
 * Lists open pull requests on GitHub, one repository after the other, and takes in what no delivery told us of: a push
 * whose delivery was lost for good, or what happened after the backup that was restored. What is found goes through the door of
 * deliveries, so a delivery that comes at the same time makes no second run.
 *
 * A pull request that we do not know is owed a review when it was opened since we serve its repository: who installs
 * Lorgnette has not asked for reviews of everything that is open.
 */
export function createCatchUp(catching: CatchingUp): CatchUp {
  const { listings, limiter, clock, log, intervalMs } = catching
  const later = (): Date => new Date(clock.now().getTime() + intervalMs)
  let learnAgainMs = 0
  /** Until when GitHub limits an installation, or our token. Whoever leads next is told so by its own first call. */
  const limitedUntilMs = new Map<number | undefined, number>()

  return async (signal) => {
    const now = clock.now()
    if (clock.monotonicMs() >= learnAgainMs) {
      await listings.learn()
      learnAgainMs = clock.monotonicMs() + intervalMs
    }
    for (const [id, untilMs] of limitedUntilMs) if (untilMs <= clock.monotonicMs()) limitedUntilMs.delete(id)
    let found = 0
    for (let calls = 0; calls < MAX_CALLS; calls++) {
      const listing = await listings.next(now, later(), [...limitedUntilMs.keys()])
      if (!listing || !(await hasPlace(limiter))) break
      try {
        const { count, isLast } = await list(catching, listing, signal)
        found += count
        const next = isLast ? { page: 1, at: later() } : { page: listing.page + 1, at: now }
        await listings.goOn(listing, next)
      } catch (error) {
        if (isAbort(error)) throw error
        const isLimit = error instanceof RateLimitedError
        const at = isLimit ? error.retryAt : later()
        if (isLimit) {
          // That of an installation is that of all its repositories: they keep their turns until it is over.
          const waitMs = at.getTime() - clock.now().getTime()
          limitedUntilMs.set(listing.installationId, clock.monotonicMs() + waitMs)
        } else await listings.goOn(listing, { page: listing.page, at })
        log.warn({ ...nameOf(listing), error: errorMessage(error), at }, 'could not be listed, later again')
        // A limit, or a refusal, is that of one. Anything else may be GitHub's own trouble, and the others would wait, too.
        if (!isLimit && errorKind(error) !== 'permanent') break
      }
    }
    return found
  }
}

/** Whether a call may be made now. Nobody waits for a place: the next sweep asks again. */
async function hasPlace(limiter: RateLimiter): Promise<boolean> {
  const place = await limiter.reserve(listingCall)
  if (place.waitMs > 0) await limiter.cancel(listingCall.key, place)
  return place.waitMs <= 0
}

interface Listed {
  readonly count: number
  readonly isLast: boolean
}

async function list(catching: CatchingUp, listing: Listing, signal: AbortSignal): Promise<Listed> {
  const { github, listings, clock, maxAgeMs } = catching
  if (listing.kind === 'repositories') {
    const { installationId, page } = listing
    // A token after an App: its installations are left over.
    const listed = await github.installedRepositories?.(installationId, page, signal)
    await listings.serve(installationId, listed?.items ?? [])
    return { count: 0, isLast: listed?.isLast ?? true }
  }

  const { repository, installationId, servedSince, page } = listing
  const listed = await github.repository(repository, installationId).openPullRequests(page, signal)
  if (!listed) return { count: 0, isLast: true }
  const since = new Date(servedSince.getTime() - CLOCKS_MS)
  const oldest = Math.max(since.getTime(), clock.now().getTime() - maxAgeMs)
  const recent = listed.items.filter(({ updatedAt }) => updatedAt.getTime() >= oldest)
  // A renamed repository answers under its new name, under which deliveries tell of it.
  const here = recent.filter(({ base }) => base.repository === repository)
  const numbers = here.map(({ number }) => number)
  const rows = numbers.length > 0 ? await listings.known(repository, numbers) : []
  const known = new Map(rows.map((row) => [row.number, row]))
  let count = 0
  for (const pullRequest of here) {
    const told = asDelivered(pullRequest, installationId)
    const before = known.get(told.number)
    const isNews = before ? isChanged(before, told) : pullRequest.createdAt >= since
    const wasOwed = before?.isOwed && isSameChange(before, told)
    if (isNews && (await take(catching, told)) && !wasOwed) count++
  }
  return { count, isLast: listed.isLast || recent.length < listed.items.length }
}

function isChanged(before: KnownPullRequest, told: DeliveredPullRequest): boolean {
  const isSame =
    isSameChange(before, told) &&
    before.state === told.state &&
    before.draft === told.draft &&
    before.locked === told.locked &&
    before.labels.toSorted().join('\n') === told.labels.toSorted().join('\n')
  // GitHub's servers learn of a push one after the other: a list may be behind what was delivered.
  return !isSame && told.updatedAt > before.updatedAt
}

/** Takes it in as the delivery would have been that did not come. Returns whether a review is owed now. */
async function take(
  { store, rules, hideSecrets, clock, newId, log }: CatchingUp,
  told: DeliveredPullRequest,
): Promise<boolean> {
  const pullRequest = { ...told, title: await hideSecrets(told.title) }
  // As if it had been opened: whatever else is told of the same second is newer than a list.
  const event = { kind: 'pull-request', action: 'opened', baseChanged: false, pullRequest } as const
  const id = `listed-${newId()}` as DeliveryId // made here: no delivery of GitHub begins so
  const delivery: Delivery = { id, name: 'pull_request', action: 'listed', event, receivedAt: clock.now() }
  const { run } = await store.accept(delivery, decide(event, rules))
  const { repository, number, head } = told
  log.info({ delivery: id, repository, number, head, run }, 'GitHub shows what no delivery told')
  return run !== undefined
}

function asDelivered(
  { head, base, number, title, author, state, draft, locked, labels, updatedAt }: ListedPullRequest,
  installationId: number | undefined,
): DeliveredPullRequest {
  return {
    repository: base.repository,
    number,
    ...(installationId !== undefined && { installationId }),
    title: storableText(title),
    author,
    state,
    draft,
    locked,
    labels: labels.map(storableText),
    head: head.commit,
    baseBranch: storableText(base.branch),
    updatedAt,
  }
}

function nameOf(listing: Listing): object {
  return listing.kind === 'repositories'
    ? { installationId: listing.installationId }
    : { repository: listing.repository }
}
