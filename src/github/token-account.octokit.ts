import type { Octokit } from '@octokit/core'
import type { MeasuringClock } from '../base/clock.ts'
import { PermanentError } from '../base/errors.ts'
import { identityLifetimeMs, type Account } from './account.ts'
import type { Authorization } from './authorization.ts'
import { createExpiringCache } from './expiring-cache.ts'
import type { GitHubCalls } from './github-calls.ts'
import { readJson, userResponse } from './octokit-responses.ts'

/** A person, or a machine user, by a token of theirs. */
export function openTokenAccount(options: {
  readonly token: string
  readonly octokit: Octokit
  readonly callsWith: (authorization: Authorization) => GitHubCalls
  readonly clock: Pick<MeasuringClock, 'monotonicMs'>
}): Account {
  const { octokit, clock } = options
  // Checked here, because `fetch` quotes a header that it refuses, token and all.
  if (!/^[\x21-\x7e]+$/.test(options.token)) {
    throw new PermanentError('GITHUB_TOKEN is not a token: it is empty, or has spaces or line breaks')
  }
  const authorization: Authorization = {
    header: () => Promise.resolve(`Bearer ${options.token}`),
    refused: () => false,
  }
  const calls = options.callsWith(authorization)

  async function readUser(signal: AbortSignal): Promise<{ login: string; scopes: string[] }> {
    const what = 'ask GitHub whose token this is'
    const answer = await calls.attempt(
      what,
      signal,
      ({ status }) => status === 403,
      (parameters) => octokit.request('GET /user', parameters),
    )
    if (answer.kind === 'refused') {
      // Without a login, what we wrote could not be told from what others wrote.
      throw new PermanentError(
        `could not ${what}: it belongs to no user, as the token of a GitHub Actions workflow does (403 ${answer.reason}). Set GITHUB_TOKEN to the token of a user, or use a GitHub App`,
      )
    }
    const scopes = (answer.header('x-oauth-scopes') ?? '').split(',').map((scope) => scope.trim())
    return {
      login: readJson(userResponse, answer, what).login,
      scopes: scopes.filter((scope) => scope !== ''),
    }
  }

  const identities = createExpiringCache(clock, async (_key, signal) => {
    const { login } = await readUser(signal)
    return { value: { login }, lastsMs: identityLifetimeMs }
  })

  return {
    authorize: () => authorization,
    identity: (signal) => identities.get('', signal),
    access: async (signal) => ({ kind: 'token', ...(await readUser(signal)) }),
    mayHaveCheckRuns: false,
  }
}
