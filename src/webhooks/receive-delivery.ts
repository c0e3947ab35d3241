import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { MeasuringClock } from '../base/clock.ts'
import { errorKind, errorMessage } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import type { Queue } from '../queue/queue.ts'
import { reviewJob } from '../review/review-job.ts'
import { createLimitedLog } from '../telemetry/limited-log.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { decide, type DecisionRules } from './decide.ts'
import type { Decision, Delivery, DeliveryId } from './delivery.ts'
import type { Accepted, DeliveryStore } from './delivery-store.ts'
import { openEnqueuer } from './enqueuer.ts'
import { readDelivery, readDeliveryHeaders } from './read-delivery.ts'
import { verifySignature } from './verify-signature.ts'
import { withDeadline } from './with-deadline.ts'

/** What the sender is told: an HTTP status and a JSON body, and for a 503 when to come again. */
export interface DeliveryAnswer {
  readonly status: 202 | 400 | 401 | 422 | 503
  readonly body: Readonly<Record<string, string>>
  readonly retryAfterSeconds?: number
}

export interface DeliveryReceiver {
  /** Never throws. `body` is the raw bytes; `unsignedAllowed` is about this request, see `WebhookOptions`. */
  receive(headers: IncomingHttpHeaders, body: Buffer, unsignedAllowed: boolean): Promise<DeliveryAnswer>
  /** Waits until what was accepted is handed to the queue. */
  close(): Promise<void>
}

export interface ReceiverOptions {
  readonly store: DeliveryStore
  readonly queue: Pick<Queue, 'enqueue'>
  readonly clock: MeasuringClock
  readonly metrics: Metrics
  readonly log: Logger
  /** Webhook secrets: any of them may have signed. */
  readonly secrets: readonly string[]
  readonly rules: DecisionRules
  /** Replaces the credentials in a text that is stored and shown. Asked for every delivery: at once where there are none. */
  readonly hideSecrets: (text: string) => string | Promise<string>
  /** A store that takes longer is reported as down: GitHub gives up on us after 10 s. */
  readonly storeTimeoutMs?: number
}

const RETRY_AFTER_SECONDS = 10

/** A delivery comes in: verify, parse, decide, store, enqueue, answer. */
export function openDeliveryReceiver(options: ReceiverOptions): DeliveryReceiver {
  const { store, clock, metrics, log, secrets, rules, hideSecrets } = options
  const enqueuer = openEnqueuer(options.queue, log)
  const storeTimeoutMs = options.storeTimeoutMs ?? 1_500
  const logSometimes = createLimitedLog(clock, 10_000)

  async function receive(
    headers: IncomingHttpHeaders,
    body: Buffer,
    unsignedAllowed: boolean,
  ): Promise<DeliveryAnswer> {
    const delivery = check(headers, body, unsignedAllowed)
    return 'status' in delivery ? delivery : take(delivery)
  }

  /** What the bytes say, or why they are refused. Ends before anything is awaited, so that nothing keeps the payload. */
  function check(
    headers: IncomingHttpHeaders,
    body: Buffer,
    unsignedAllowed: boolean,
  ): Delivery | DeliveryAnswer {
    const receivedAt = clock.now()
    if (!unsignedAllowed && !verifySignature(body, headers['x-hub-signature-256'], secrets)) {
      return refuseSignature(headers['x-hub-signature-256'])
    }
    const named = readDeliveryHeaders({
      id: headers['x-github-delivery'],
      name: headers['x-github-event'],
    })
    if (named.kind === 'refused') return refuse(400, 'header', named.message)
    const payload = parsePayload(body)
    if (payload === undefined) return refuse(400, 'json', 'the body is not JSON in UTF-8', named.id)
    const read = readDelivery(named, payload, receivedAt)
    return read.kind === 'refused' ? refuse(422, 'shape', read.message, named.id) : read.delivery
  }

  async function take(delivery: Delivery): Promise<DeliveryAnswer> {
    const decision = decide(delivery.event, rules)
    const accepted = await accept(delivery, decision)
    if (!accepted) return unavailable()
    if (accepted.run && !accepted.waits) enqueuer.enqueue(reviewJob(accepted.run))
    return acknowledge(delivery, decision, accepted)
  }

  async function accept(delivery: Delivery, decision: Decision): Promise<Accepted | undefined> {
    try {
      return await withDeadline(
        storeHidden(delivery, decision),
        storeTimeoutMs,
        `the store did not answer within ${storeTimeoutMs} ms`,
      )
    } catch (error) {
      const problem = { delivery: delivery.id, problem: errorMessage(error) }
      // An away store comes back; any other fault of it will not pass by itself.
      if (errorKind(error) === 'retryable') log.warn(problem, 'delivery could not be stored')
      else log.error(problem, 'delivery could not be stored')
      return undefined
    }
  }

  async function storeHidden(delivery: Delivery, decision: Decision): Promise<Accepted> {
    const { event } = delivery
    if (event.kind !== 'pull-request') return store.accept(delivery, decision)
    const title = await hideSecrets(event.pullRequest.title)
    const pullRequest = { ...event.pullRequest, title }
    return store.accept({ ...delivery, event: { ...event, pullRequest } }, decision)
  }

  function acknowledge(delivery: Delivery, decision: Decision, accepted: Accepted): DeliveryAnswer {
    const reason = decision.kind === 'ignore' || decision.kind === 'cancel' ? { reason: decision.reason } : {}
    const status = accepted.kind === 'duplicate' ? 'duplicate' : ACKNOWLEDGED[decision.kind]
    const run = accepted.run ? { run: accepted.run } : {}
    metrics.delivery(
      accepted.kind === 'duplicate' ? 'duplicate' : decision.kind === 'ignore' ? 'ignored' : decision.kind,
      decision.kind === 'ignore' ? decision.reason : '',
    )
    const { id, name, action } = delivery
    log.info({ delivery: id, event: name, action, status, ...reason, ...run }, 'delivery acknowledged')
    return { status: 202, body: { status, ...reason, ...run } }
  }

  function refuseSignature(signature: unknown): DeliveryAnswer {
    metrics.delivery('refused', 'signature')
    const error = signatureProblem(signature, secrets)
    logSometimes((heldBack) => log.warn({ problem: error, heldBack }, 'delivery refused'))
    return { status: 401, body: { error } }
  }

  function refuse(status: 400 | 422, reason: string, error: string, delivery?: DeliveryId): DeliveryAnswer {
    metrics.delivery('refused', reason)
    log.warn({ delivery, problem: error }, 'delivery refused')
    return { status, body: { error } }
  }

  function unavailable(): DeliveryAnswer {
    metrics.delivery('unavailable')
    const error = 'the delivery could not be stored: send it again later'
    return { status: 503, body: { error }, retryAfterSeconds: RETRY_AFTER_SECONDS }
  }

  return { receive, close: () => enqueuer.close() }
}

const ACKNOWLEDGED = { review: 'accepted', cancel: 'accepted', note: 'accepted', ignore: 'ignored' } as const

function signatureProblem(signature: unknown, secrets: readonly string[]): string {
  if (secrets.length === 0) return 'no webhook secret is set, so deliveries are taken from this machine only'
  if (signature === undefined) {
    return 'X-Hub-Signature-256 is missing: set the same secret here and in the webhook settings on GitHub'
  }
  return 'X-Hub-Signature-256 is not the signature of this body'
}

/** Undefined when the bytes are not UTF-8, or not JSON. A byte order mark is not JSON. */
function parsePayload(body: Buffer): unknown {
  return isUtf8(body) ? parseJson(body.toString('utf8')) : undefined
}
