import { createHmac, randomUUID } from 'node:crypto'
import { webhookExamples } from '../../test/webhook-examples.ts'
import { BENCH_SECRET } from './contestant.ts'

export interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * Real payloads of `pull_request.opened`, each with an id, a pull request and a signature of its own, so that every
 * delivery leads to a pull request, a run and a job: the most that one can cost. They are signed ahead: the load shares
 * the machine with the servers, and should take as little of it as it can.
 */
export function signDeliveries(count: number): SignedDelivery[] {
  const examples = webhookExamples.filter(
    ({ name, payload }) => name === 'pull_request' && payload['action'] === 'opened',
  )
  const longest = examples
    .map(({ payload }) => JSON.stringify(payload))
    .sort((a, b) => b.length - a.length)[0]
  if (longest === undefined) throw new Error('there is no example of pull_request.opened')
  // GitHub writes the number twice: beside the action, and in the pull request.
  const body = Buffer.from(longest.replaceAll(/"number":\d+/g, '"number":111111111'))
  const places = placesOf(body, '"number":')
  // Other processes before this one numbered theirs: begin where none of them was.
  const first = 100_000_000 + (Date.now() % 800_000_000)
  return Array.from({ length: count }, (_, index) => {
    for (const place of places) body.write(String(first + index), place, 'latin1')
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

/** The offsets in bytes behind every occurrence. */
function placesOf(body: Buffer, text: string): number[] {
  const places: number[] = []
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + 1)) places.push(at + text.length)
  return places
}
