import { z } from 'zod'
import { parseJson } from '../src/base/json.ts'
import type { HttpAnswer } from './http-gate.ts'

/** How GitHub or a model fails by itself. */
export type Failure =
  /** This status, from a proxy before it: before the call it is not carried out, after it the caller does not learn that it was. */
  | { readonly kind: 'status'; readonly status: number }
  /** The connection ends without an answer. */
  | { readonly kind: 'cut' }
  /** Too many requests: GitHub's secondary limit, or a provider's. */
  | { readonly kind: 'limit'; readonly status: 403 | 429; readonly retryAfterSeconds: number }
  /** The first half of what the model had to say. */
  | { readonly kind: 'half' }

const completion = z.looseObject({
  choices: z.array(z.looseObject({ message: z.looseObject({ content: z.string() }) })),
})

/** What the caller gets. `answer` is the true one, when the call was carried out. Undefined: its connection is cut. */
export function failed(failure: Failure, answer?: HttpAnswer): HttpAnswer | undefined {
  switch (failure.kind) {
    case 'status':
      return answered(failure.status, 'text/html', '<html><body>Bad gateway</body></html>')
    case 'cut':
      return undefined
    case 'limit': {
      const message =
        'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
      const body = JSON.stringify({
        message,
        error: { message, type: 'requests', code: 'rate_limit_exceeded' },
      })
      return answered(failure.status, 'application/json', body, {
        'retry-after': String(failure.retryAfterSeconds),
      })
    }
    case 'half':
      return answer && answer.status === 200 ? half(answer) : answer
  }
}

function half({ body }: HttpAnswer): HttpAnswer {
  const whole = completion.parse(parseJson(body.toString('utf8')))
  for (const { message } of whole.choices)
    message.content = message.content.slice(0, Math.floor(message.content.length / 2))
  return answered(200, 'application/json', JSON.stringify(whole))
}

function answered(
  status: number,
  type: string,
  text: string,
  headers: HttpAnswer['headers'] = {},
): HttpAnswer {
  const body = Buffer.from(text)
  return {
    status,
    headers: { 'content-type': type, 'content-length': String(body.length), ...headers },
    body,
  }
}
