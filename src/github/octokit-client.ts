import { Octokit } from '@octokit/core'
import type { Exchange } from './exchange.ts'
import type { CallParameters } from './github-calls.ts'

/** The version of the REST API that this program was written against. Enterprise Server before 3.9 ignores it. */
const apiVersion = '2022-11-28'

/**
 * Octokit for what it is best at: requests that the compiler checks against GitHub's OpenAPI description.
 * Sending them is ours, because Octokit's own transport takes a body that was cut off for an empty one, decodes raw
 * files as text, and follows redirects to any host. `data` is always the bytes of the body, and no status is thrown.
 */
export function createOctokit(options: { readonly apiUrl: string; readonly exchange: Exchange }): Octokit {
  const octokit = new Octokit({ baseUrl: options.apiUrl.replace(/\/+$/, ''), userAgent: 'lorgnette' })
  octokit.hook.wrap('request', async (_send, parameters) => {
    const { method, url, headers, body } = octokit.request.endpoint(parameters) as BuiltRequest
    const signal = parameters.request?.signal
    if (!signal) throw new Error('a call of GitHub without a signal')
    // Built and authorized: all that is left is to send it.
    const { beforeWrite } = parameters.request as CallParameters['request'] // Octokit passes on what it was given
    // GraphQL is only asked questions.
    if (method !== 'GET' && !url.endsWith('/graphql')) beforeWrite?.()
    const answer = await options.exchange(
      {
        method,
        // An Enterprise Server has its GraphQL API beside the REST API, not below it.
        url: url.replace(/\/api\/v3\/graphql$/, '/api/graphql'),
        headers: { ...headers, 'x-github-api-version': apiVersion },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      signal,
    )
    return { status: answer.status, url, headers: Object.fromEntries(answer.headers), data: answer.body }
  })
  return octokit
}

/** Octokit types the body as `any` and header values as optional; it sets only strings. */
interface BuiltRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}
