import { createHmac, randomUUID } from 'node:crypto'
import { postDelivery } from './post-delivery.ts'
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
    const received = await postDelivery(webhook.url, headers, body, this.#stop.signal)
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
