import { createHmac, randomUUID } from 'node:crypto'
import { webhookExamples } from '../../test/webhook-examples.ts'
import { BENCH_SECRET } from './contestant.ts'

export interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * `opened`: every delivery opens a pull request of its own, and so leads to a run and a job: the most that one can cost.
 * `mixed`: the 29 payloads of `pull_request` that GitHub publishes, in turn, about a thousand pull requests.
 */
export const workloads = ['opened', 'mixed'] as const
export type Workload = (typeof workloads)[number]

/**
 * Real payloads of `pull_request`, each with a delivery id, a number and a signature of its own. They are signed ahead:
 * the load shares the machine with the servers, and should take as little of it as it can.
 */
export function signDeliveries(count: number, workload: Workload): SignedDelivery[] {
  const bodies = workload === 'mixed' ? examples() : [longest(examples('opened'))]
  // Other processes before this one numbered theirs: `opened` begins where none of them was.
  const first = workload === 'mixed' ? 0 : Date.now() % 800_000_000
  const range = workload === 'mixed' ? 1_000 : Infinity
  return Array.from({ length: count }, (_, index) => {
    const body = bodies[index % bodies.length] ?? Buffer.alloc(0)
    // Numbers of nine digits keep the length, so that they can be written in place.
    const number = String(100_000_000 + ((first + index) % range))
    for (const place of placesOf(body, '"number":')) body.write(number, place, 'latin1')
    const signature = createHmac('sha256', BENCH_SECRET).update(body).digest('hex')
    return {
      body: Buffer.from(body),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/0000000',
        'x-github-delivery': randomUUID(),
        'x-github-event': 'pull_request',
        'x-hub-signature-256': `sha256=${signature}`,
      },
    }
  })
}

/** The published payloads of `pull_request`, or those with this action, with room for a number of nine digits. */
function examples(action?: string): Buffer[] {
  return webhookExamples
    .filter(({ name }) => name === 'pull_request')
    .filter(({ payload }) => action === undefined || payload['action'] === action)
    .map(({ payload }) =>
      Buffer.from(JSON.stringify(payload).replaceAll(/"number":\d+/g, '"number":111111111')),
    )
}

function longest(bodies: readonly Buffer[]): Buffer {
  return bodies.reduce((best, body) => (body.length > best.length ? body : best))
}

/** The offsets in bytes behind every occurrence. */
function placesOf(body: Buffer, text: string): number[] {
  const places: number[] = []
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + 1)) places.push(at + text.length)
  return places
}
