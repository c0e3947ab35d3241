import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { z } from 'zod'
import { signDeliveries } from './delivery-source.ts'

/** As much of autocannon as this needs: it has no types. */
type Autocannon = (options: {
  readonly url: string
  readonly connections: number
  readonly amount: number
  readonly timeout: number
  readonly requests: readonly { readonly setupRequest: (request: object) => object }[]
}) => EventEmitter & PromiseLike<unknown>

const autocannon = createRequire(import.meta.url)('autocannon') as Autocannon // the version is pinned

const result = z.object({
  '2xx': z.number(),
  latency: z.object({ p50: z.number(), p99: z.number() }),
})

const [url = '', connections = '', amount = ''] = process.argv.slice(2)
// Each connection prepares one before it is asked for the first.
const deliveries = signDeliveries(Number(amount) + 2 * Number(connections))
const payloadBytes = deliveries[0]?.body.length
const began = performance.now()
let ended = began
const load = autocannon({
  url,
  connections: Number(connections),
  amount: Number(amount),
  timeout: 30,
  requests: [{ setupRequest: (request) => ({ ...request, method: 'POST', ...nextDelivery() }) }],
})
// Its own duration is in whole seconds: it looks for the end once a second.
load.on('response', () => {
  ended = performance.now()
})
const { '2xx': accepted, latency } = result.parse(await load)
process.send?.({
  requestsPerSecond: accepted / ((ended - began) / 1_000),
  p50Ms: latency.p50,
  p99Ms: latency.p99,
  accepted,
  payloadBytes,
})
process.disconnect()

function nextDelivery(): object {
  const delivery = deliveries.pop()
  if (!delivery) throw new Error('more deliveries were asked for than were signed')
  return delivery
}
