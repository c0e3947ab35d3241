import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { z } from 'zod'
import { signDeliveries, workloads } from './delivery-source.ts'

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

const [url, workload, connections, amount] = z
  .tuple([z.string(), z.enum(workloads), z.coerce.number(), z.coerce.number()])
  .parse(process.argv.slice(2))
// Each connection prepares one before it is asked for the first.
const deliveries = signDeliveries(amount + 2 * connections, workload)
const payloadBytes = Math.round(
  deliveries.reduce((sum, { body }) => sum + body.length, 0) / deliveries.length,
)
const began = performance.now()
let ended = began
const load = autocannon({
  url,
  connections,
  amount,
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
