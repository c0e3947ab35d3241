import { createHmac, randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { World } from './world.ts'

/** Where deliveries go, and the secret that signs them. */
export interface Webhook {
  readonly url: string
  readonly secret?: string
}

/** One attempt to deliver, as the delivery log of the App tells it. */
export interface Delivery {
  readonly id: number
  /** `X-GitHub-Delivery`: a redelivery has the id of the first. */
  readonly guid: string
  readonly event: string
  readonly action: string | null
  readonly redelivery: boolean
  readonly deliveredAt: string
  readonly durationMs: number
  /** `OK`, or why not. */
  readonly status: string
  /** 0 when there was no answer. */
  readonly statusCode: number
  readonly installationId: number | null
  readonly repositoryId: number | null
  readonly url: string
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly payload: object }
  readonly response: { readonly headers: Readonly<Record<string, string>>; readonly payload: string | null }
}

/** GitHub gives up on an answer after ten seconds. Source: "Best practices for using webhooks". */
const answerWithinMs = 10_000

interface Received {
  readonly status: string
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly payload: string | null
}

/** Sends signed deliveries, keeps their log, and redelivers when asked. GitHub never redelivers by itself. */
export class Deliveries {
  readonly #world: World
  readonly #log: Delivery[] = []
  readonly #pending = new Set<Promise<unknown>>()
  readonly #stop = new AbortController()
  readonly #onDelivered: (delivery: Delivery) => void
  #webhook: Webhook | undefined

  constructor(
    world: World,
    webhook: Webhook | undefined,
    onDelivered: (delivery: Delivery) => void = () => undefined,
  ) {
    this.#world = world
    this.#webhook = webhook
    this.#onDelivered = onDelivered
  }

  configure(webhook: Webhook | undefined): void {
    this.#webhook = webhook
  }

  /** Undefined when no webhook is set: then nothing is sent, and nothing logged. */
  async send(event: string, payload: object): Promise<Delivery | undefined> {
    return this.#attempt(event, payload, randomUUID(), false)
  }

  async redeliver(delivery: Delivery): Promise<Delivery | undefined> {
    return this.#attempt(delivery.event, delivery.request.payload, delivery.guid, true)
  }

  /** Redelivers on its own time, as the API does after it answered 202. */
  redeliverLater(delivery: Delivery): void {
    const attempt = this.redeliver(delivery).finally(() => this.#pending.delete(attempt))
    this.#pending.add(attempt)
  }

  newestFirst(): readonly Delivery[] {
    return this.#log.toReversed()
  }

  all(): readonly Delivery[] {
    return this.#log
  }

  find(id: number): Delivery | undefined {
    return this.#log.find((delivery) => delivery.id === id)
  }

  /** Breaks off what is under way. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.allSettled(this.#pending)
  }

  async #attempt(
    event: string,
    payload: object,
    guid: string,
    redelivery: boolean,
  ): Promise<Delivery | undefined> {
    const webhook = this.#webhook
    if (!webhook) return undefined
    const body = Buffer.from(JSON.stringify(payload))
    const headers = this.#headers(event, guid, body, webhook.secret)
    const startedAt = this.#world.clock.now()
    const started = performance.now()
    const received = await post(webhook.url, headers, body, this.#stop.signal)
    const about = payload as {
      action?: string
      installation?: { id: number }
      repository?: { id: number }
    } // payloads of ours, or GitHub's published examples
    const delivery: Delivery = {
      id: this.#world.nextId(),
      guid,
      event,
      action: about.action ?? null,
      redelivery,
      deliveredAt: startedAt.toISOString(),
      durationMs: Math.round(performance.now() - started),
      status: received.status,
      statusCode: received.statusCode,
      installationId: about.installation?.id ?? null,
      repositoryId: about.repository?.id ?? null,
      url: webhook.url,
      request: { headers, payload },
      response: { headers: received.headers, payload: received.payload },
    }
    this.#log.push(delivery)
    this.#onDelivered(delivery)
    return delivery
  }

  #headers(event: string, guid: string, body: Buffer, secret: string | undefined): Record<string, string> {
    const sign = (algorithm: string): string =>
      `${algorithm}=${createHmac(algorithm, secret ?? '')
        .update(body)
        .digest('hex')}`
    return {
      accept: '*/*',
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-delivery': guid,
      'x-github-event': event,
      'x-github-hook-id': '292430182',
      'x-github-hook-installation-target-id': String(this.#world.app.id),
      'x-github-hook-installation-target-type': 'integration',
      ...(secret === undefined
        ? {}
        : { 'x-hub-signature': sign('sha1'), 'x-hub-signature-256': sign('sha256') }),
    }
  }
}

/** Posts on a connection of its own. Never throws: no answer is an outcome too. */
async function post(
  url: string,
  headers: Record<string, string>,
  body: Buffer,
  stop: AbortSignal,
): Promise<Received> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(answerWithinMs)])
  const none = (status: string): Received => ({ status, statusCode: 0, headers: {}, payload: null })
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    const lengths = { ...headers, 'content-length': String(body.length) }
    const request = send(url, { method: 'POST', headers: lengths, agent: false, signal }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve(none('failed to connect to host')))
      response.on('end', () => {
        const code = response.statusCode ?? 0
        const fields = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
        resolve({
          status: code >= 200 && code < 300 ? 'OK' : `Invalid HTTP Response: ${code}`,
          statusCode: code,
          headers: Object.fromEntries(fields) as Record<string, string>, // both are strings
          payload: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    request.on('error', () => {
      const late = signal.aborted && !stop.aborted
      resolve(none(late ? 'timed out' : 'failed to connect to host'))
    })
    request.end(body)
  })
}
