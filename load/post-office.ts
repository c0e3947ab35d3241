import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'
import { postDelivery } from '../emulators/github/post-delivery.ts'
import { parseJson } from '../src/base/json.ts'

/** A delivery that was sent to the product, and how it was answered. */
export interface Sent {
  readonly repository: string
  readonly number: number
  readonly head: string
  readonly action: string
  /** Made again, by GitHub or a person. */
  readonly redelivery: boolean
  /** Milliseconds since the epoch. */
  readonly sentAt: number
  readonly answeredMs: number
  /** 0 when there was no answer. */
  readonly status: number
}

interface Held extends Pick<Sent, 'repository' | 'number' | 'head' | 'action'> {
  readonly headers: Record<string, string>
  readonly body: Buffer
}

/**
 * The way of deliveries from GitHub to the product. Opening pull requests takes the emulator its time, so while it holds,
 * deliveries are kept here, signed as they are, until the scenario has them sent; later ones pass at once.
 */
export interface PostOffice {
  readonly url: string
  hold(): void
  pass(): void
  /** Sends what is held for this pull request. Resolves when it was answered. */
  send(repository: string, number: number, redelivery?: boolean): Promise<void>
  sent(): readonly Sent[]
  close(): Promise<void>
}

const payload = z.object({
  action: z.string(),
  repository: z.object({ full_name: z.string() }),
  pull_request: z.object({ number: z.number(), head: z.object({ sha: z.string() }) }),
})

export async function openPostOffice(target: string): Promise<PostOffice> {
  const held = new Map<string, Held>()
  const sent: Sent[] = []
  const stop = new AbortController()
  let isHolding = true

  async function forward(delivery: Held, redelivery: boolean): Promise<number> {
    const { headers, body, ...about } = delivery
    const sentAt = performance.timeOrigin + performance.now()
    // On a connection of its own, as GitHub does.
    const { statusCode } = await postDelivery(target, headers, body, stop.signal)
    const answeredMs = performance.timeOrigin + performance.now() - sentAt
    sent.push({ ...about, redelivery, sentAt, answeredMs, status: statusCode })
    return statusCode
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const { action, repository, pull_request } = payload.parse(parseJson(body.toString('utf8')))
    const { number, head } = pull_request
    const about = { repository: repository.full_name, number, head: head.sha, action }
    const delivery = { ...about, headers: sendable(request), body }
    // What came last for a pull request is what is sent, or made again.
    held.set(nameOf(about), delivery)
    response.writeHead(isHolding ? 202 : await forward(delivery, false)).end()
  }

  const server = createServer((request, response) => {
    receive(request, response).catch((error: unknown) => response.destroy(error as Error)) // whatever was thrown
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}/webhooks/github`,
    hold: () => void (isHolding = true),
    pass: () => void (isHolding = false),
    send: async (repository, number, redelivery = false) => {
      const delivery = held.get(nameOf({ repository, number }))
      if (!delivery) throw new Error(`no delivery is held for ${repository}#${number}`)
      await forward(delivery, redelivery)
    },
    sent: () => sent,
    close: async () => {
      stop.abort()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function nameOf({ repository, number }: Pick<Sent, 'repository' | 'number'>): string {
  return `${repository}#${number}`
}

/** GitHub's own headers: those of the connection are made anew. */
function sendable({ headers }: IncomingMessage): Record<string, string> {
  const own = /^(?:x-|content-type$|user-agent$|accept$)/
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      own.test(name) && typeof value === 'string' ? [[name, value]] : [],
    ),
  )
}
