import { z } from 'zod'
import { parseJson } from '../base/json.ts'

interface Sent {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | undefined>>
  readonly data: unknown
}

const errorsBody = z.object({
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })),
})

/**
 * GraphQL tells of a limit with 200 where REST says 403, with the same headers: as REST says it.
 * Source: GitHub GraphQL, "Rate limits and query limits for the GraphQL API", "Exceeding the rate limit".
 */
export function limitAsRestSaysIt(sent: Sent): Sent {
  if (sent.status !== 200 || !(sent.data instanceof Uint8Array)) return sent
  const parsed = errorsBody.safeParse(parseJson(Buffer.from(sent.data).toString()))
  const limit = parsed.data?.errors.find(
    ({ type, message }) => type === 'RATE_LIMITED' || /rate limit/i.test(message),
  )
  if (!limit) return sent
  return { ...sent, status: 403, data: Buffer.from(JSON.stringify({ message: limit.message })) }
}
