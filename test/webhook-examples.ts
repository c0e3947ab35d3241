import { createRequire } from 'node:module'
import { z } from 'zod'

export interface WebhookExample {
  /** The event's name, as in `X-GitHub-Event`. */
  readonly name: string
  readonly payload: Readonly<Record<string, unknown>>
}

const published = z.array(
  z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }),
)

/** Every payload of GitHub's published webhook examples. */
export const webhookExamples: readonly WebhookExample[] = published
  .parse(createRequire(import.meta.url)('@octokit/webhooks-examples'))
  .flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })))
