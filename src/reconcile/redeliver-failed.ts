import type { Clock } from '../base/clock.ts'
import { errorMessage, isAbort, RateLimitedError } from '../base/errors.ts'
import type { DeliveryLog, LoggedDelivery } from '../github/github.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { FailedDeliveries, LogReading } from './failed-deliveries.ts'

/** Of a hundred deliveries each: a long outage is read over several sweeps. */
const MAX_PAGES = 10
/** In one sweep: what arrives has to be answered, too. */
const MAX_TOGETHER = 50
/** At once, after 15 s, 1 min, 4 min, 16 min, 1 h, 4 h and 17 h: within the days that GitHub keeps its log. */
const MAX_REDELIVERIES = 8
const FIRST_DELAY_MS = 15_000
const GROWTH = 4
/** GitHub redelivers what is not older. Source: GitHub, "Redelivering webhooks". */
const KEPT_MS = 3 * 24 * 3_600_000
/** An attempt is dated by its beginning, and logged when it has ended, ten seconds later at most. */
const OVERLAP_MS = 60_000

export interface Redelivering {
  readonly log: Logger
  readonly clock: Clock
  readonly deliveryLog: DeliveryLog
  readonly failed: FailedDeliveries
}

/**
 * Has GitHub deliver again what it could not deliver: it never does so by itself. Reads its log from the newest delivery back
 * to where it was read last, and asks for each failed one at most a few times. Returns for how many it asked.
 */
export async function redeliverFailed(redelivering: Redelivering, signal: AbortSignal): Promise<number> {
  const { clock, failed } = redelivering
  await readLog(redelivering, signal)
  const now = clock.now()
  await failed.forget(new Date(now.getTime() - KEPT_MS))
  const due = await failed.due(now, { limit: MAX_TOGETHER, maxRedeliveries: MAX_REDELIVERIES })
  let asked = 0
  for (const delivery of due) {
    const delayMs = FIRST_DELAY_MS * GROWTH ** delivery.redeliveries
    // Counted before the call: however often it is cut short, GitHub is not asked more often than that.
    if (!(await failed.claim(delivery, new Date(now.getTime() + delayMs)))) continue
    if (await askFor(redelivering, delivery.guid, delivery.githubId, signal)) asked++
    if (delivery.redeliveries + 1 === MAX_REDELIVERIES) {
      const { guid } = delivery
      redelivering.log.error({ delivery: guid }, 'delivery failed for days: it is asked for a last time')
    }
  }
  return asked
}

async function askFor(
  { deliveryLog, log }: Redelivering,
  guid: string,
  githubId: number,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await deliveryLog.redeliver(githubId, signal)
    log.info({ delivery: guid }, 'GitHub delivers again what did not arrive')
    return true
  } catch (error) {
    if (isAbort(error) || error instanceof RateLimitedError) throw error
    log.warn({ delivery: guid, error: errorMessage(error) }, 'GitHub did not deliver again')
    return false
  }
}

/** Reads what is new in the log, as far as one sweep may. */
async function readLog({ deliveryLog, failed, clock }: Redelivering, signal: AbortSignal): Promise<void> {
  const keptSince = clock.now().getTime() - KEPT_MS
  const arrived = new Set<string>()
  let reading = await failed.reading()
  const since = Math.max(keptSince, reading.through.getTime() - OVERLAP_MS)
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const { deliveries, next } = await deliveryLog.page(reading.pass?.cursor, signal)
    // Newest first: where an attempt failed, a later one may have arrived.
    for (const { guid } of deliveries.filter((delivery) => delivery.arrived)) arrived.add(guid)
    const isWanted = (delivery: LoggedDelivery): boolean => !delivery.arrived && !arrived.has(delivery.guid)
    const fresh = deliveries.filter(({ attemptedAt }) => attemptedAt.getTime() > since)
    const isLast = next === undefined || fresh.length < deliveries.length
    reading = turnPage(reading, deliveries, isLast ? undefined : next)
    await failed.note(
      fresh.filter((delivery) => isWanted(delivery) && isActedOn(delivery)),
      reading,
    )
    if (isLast) return
  }
}

/** How far the log is read after a page; `next` is undefined after the last one. */
export function turnPage(
  { through, pass }: LogReading,
  page: readonly LoggedDelivery[],
  next: string | undefined,
): LogReading {
  const newest = pass?.newest ?? page[0]?.attemptedAt ?? through
  return next === undefined ? { through: newest } : { through, pass: { newest, cursor: next } }
}

/** Nothing follows from other events, so nothing is lost with them. */
function isActedOn({ event }: LoggedDelivery): boolean {
  return event === 'pull_request' || event === 'installation' || event.startsWith('installation_')
}
