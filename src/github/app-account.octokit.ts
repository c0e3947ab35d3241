import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Octokit } from '@octokit/core'
import type { z } from 'zod'
import type { MeasuringClock } from '../base/clock.ts'
import { PermanentError } from '../base/errors.ts'
import { identityLifetimeMs, type Account, type Identity } from './account.ts'
import { appAuthorization } from './app-authorization.ts'
import type { Authorization } from './authorization.ts'
import { createDeliveryLog } from './delivery-log.octokit.ts'
import { createExpiringCache } from './expiring-cache.ts'
import type { RepositoryName } from './github.ts'
import { isLastPage, type GitHubCalls } from './github-calls.ts'
import {
  appResponse,
  installedRepositoriesResponse,
  installationResponse,
  installationTokenResponse,
  readJson,
} from './octokit-responses.ts'

/** Tokens last an hour. One that ends during a call would fail it, so it is renewed well before. */
const renewBeforeEndMs = 5 * 60_000

/** An App that is removed and installed again has another installation. */
const installationLifetimeMs = 10 * 60_000

/** A GitHub App: every installation has its own rights, for which it gets tokens. */
export function openAppAccount(options: {
  readonly appId: number
  /** PEM, as GitHub gives it out (PKCS#1) or as PKCS#8. */
  readonly privateKey: string
  readonly octokit: Octokit
  readonly callsWith: (authorization: Authorization) => GitHubCalls
  readonly clock: MeasuringClock
}): Account {
  const { octokit, clock } = options
  const privateKey = readPrivateKey(options.privateKey)
  const calls = options.callsWith(appAuthorization({ id: options.appId, privateKey, clock }))

  async function readApp(signal: AbortSignal): Promise<z.output<typeof appResponse>> {
    const what = `ask GitHub about our App ${options.appId}`
    const answer = await calls.call(what, signal, (parameters) => octokit.request('GET /app', parameters))
    return readJson(appResponse, answer, what)
  }

  const identities = createExpiringCache<Identity>(clock, async (_key, signal) => {
    const { slug } = await readApp(signal)
    return { value: { login: `${slug}[bot]`, appSlug: slug }, lastsMs: identityLifetimeMs }
  })

  const installations = createExpiringCache<number>(clock, async (repository, signal) => {
    const what = `find the installation of our App on ${repository}`
    const [owner = '', repo = ''] = repository.split('/')
    const answer = await calls.call(what, signal, (parameters) =>
      octokit.request('GET /repos/{owner}/{repo}/installation', { owner, repo, ...parameters }),
    )
    return { value: readJson(installationResponse, answer, what).id, lastsMs: installationLifetimeMs }
  })

  const tokens = createExpiringCache<string>(clock, async (installationId, signal) => {
    const what = `get a token for installation ${installationId}`
    const answer = await calls.call(what, signal, (parameters) =>
      octokit.request('POST /app/installations/{installation_id}/access_tokens', {
        installation_id: Number(installationId),
        ...parameters,
      }),
    )
    const { token, expires_at: end } = readJson(installationTokenResponse, answer, what)
    return { value: token, lastsMs: Date.parse(end) - clock.now().getTime() - renewBeforeEndMs }
  })

  function authorize(repository: RepositoryName, installationId?: number): Authorization {
    return authorizeWith(async (signal) => installationId ?? (await installations.get(repository, signal)))
  }

  function authorizeWith(installationOf: (signal: AbortSignal) => Promise<number>): Authorization {
    let installation = ''
    return {
      header: async (signal) => {
        installation = String(await installationOf(signal))
        return `Bearer ${await tokens.get(installation, signal)}`
      },
      refused: (header) => {
        tokens.forget(installation, header.slice('Bearer '.length))
        return true
      },
    }
  }

  return {
    authorize,
    identity: (signal) => identities.get('', signal),
    access: async (signal) => {
      const app = await readApp(signal)
      const { slug, permissions, events, installations_count: installations = 0 } = app
      return { kind: 'app', slug, permissions, events, installations }
    },
    deliveryLog: createDeliveryLog(octokit, calls),
    installedRepositories: async (installationId, page, signal) => {
      const what = `list the repositories of installation ${installationId}`
      const own = options.callsWith(authorizeWith(() => Promise.resolve(installationId)))
      const answer = await own.call(what, signal, (parameters) =>
        octokit.request('GET /installation/repositories', { per_page: 100, page, ...parameters }),
      )
      const { repositories } = readJson(installedRepositoriesResponse, answer, what)
      return { items: repositories.map((known) => known.full_name), isLast: isLastPage(answer) }
    },
    mayHaveCheckRuns: true,
  }
}

function readPrivateKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // The reason would say nothing to a person, and might quote the key.
  }
  throw new PermanentError('GITHUB_PRIVATE_KEY is not the private key of a GitHub App: expected RSA in PEM')
}
