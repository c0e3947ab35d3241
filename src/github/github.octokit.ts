import type { MeasuringClock } from '../base/clock.ts'
import { PermanentError } from '../base/errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { CallOutcome } from '../telemetry/metrics.ts'
import { openAppAccount } from './app-account.octokit.ts'
import type { Authorization } from './authorization.ts'
import { createExchange } from './exchange.ts'
import { githubWebUrl } from './github-web-url.ts'
import type { GitHub, RepositoryOptions } from './github.ts'
import { createGitHubCalls, type GitHubCalls } from './github-calls.ts'
import { createOctokit } from './octokit-client.ts'
import { createRepositoryCheckRuns } from './repository-check-runs.octokit.ts'
import type { RepositoryClient } from './repository-client.ts'
import { createRepositoryComments } from './repository-comments.octokit.ts'
import { createRepositoryContents } from './repository-contents.octokit.ts'
import { createRepositoryManyContents } from './repository-many-contents.octokit.ts'
import { openTokenAccount } from './token-account.octokit.ts'

/** Who we are for GitHub. */
type GitHubCredentials =
  | {
      readonly kind: 'app'
      readonly appId: number
      /** PEM. */
      readonly privateKey: string
    }
  | { readonly kind: 'token'; readonly token: string }

export interface GitHubOptions {
  /** `https://api.github.com`, or `https://HOST/api/v3` for Enterprise Server. */
  readonly apiUrl: string
  readonly credentials: GitHubCredentials
  readonly clock: MeasuringClock
  readonly log: Logger
  readonly fetch?: typeof globalThis.fetch
  /** For one call, its whole answer included. */
  readonly timeoutMs: number
  /** Told of the end of every call of the API. */
  readonly onCall?: (outcome: CallOutcome) => void
}

/** GitHub over its APIs. Makes no call and holds nothing open; throws a PermanentError for credentials that cannot work. */
export function openGitHub(options: GitHubOptions): GitHub {
  const { apiUrl, credentials, clock, log, fetch = globalThis.fetch, timeoutMs, onCall } = options
  if (!isApiUrl(apiUrl)) {
    throw new PermanentError('GITHUB_API_URL is not the address of an API, such as https://api.github.com')
  }
  const octokit = createOctokit({ apiUrl, exchange: createExchange({ fetch, timeoutMs }) })
  const callsWith = (authorization: Authorization, { beforeWrite }: RepositoryOptions = {}): GitHubCalls =>
    createGitHubCalls({
      authorization,
      clock,
      log,
      ...(beforeWrite && { beforeWrite }),
      ...(onCall && { onCall }),
    })
  const account =
    credentials.kind === 'app'
      ? openAppAccount({ ...credentials, octokit, callsWith, clock })
      : openTokenAccount({ ...credentials, octokit, callsWith, clock })

  return {
    repository: (name, installationId, how) => {
      const [owner = '', repo = ''] = name.split('/')
      const authorization = account.authorize(name, installationId)
      const calls = callsWith(authorization, how)
      const client: RepositoryClient = { name, path: { owner, repo }, octokit, calls, account }
      const contents = createRepositoryContents(client)
      return {
        name,
        gitAccess: async (signal) => ({
          url: `${githubWebUrl(apiUrl)}/${name}.git`,
          authorization: basicAuthorization(await authorization.header(signal)),
        }),
        ...contents,
        ...createRepositoryManyContents(client, contents),
        ...createRepositoryComments(client),
        ...createRepositoryCheckRuns(client, { clock, log }),
        readyToWrite: () => Promise.resolve(),
      }
    },
    access: (signal) => account.access(signal),
    ...(account.deliveryLog && { deliveryLog: account.deliveryLog }),
    ...(account.installedRepositories && { installedRepositories: account.installedRepositories }),
  }
}

/**
 * What git sends for a token: it is the password, of a user whose name does not count.
 * Source: GitHub, "Authenticating as a GitHub App installation", HTTP-based git access.
 */
function basicAuthorization(header: string): string {
  const token = header.slice(header.indexOf(' ') + 1)
  return `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
}

/** Without credentials: `fetch` refuses them, and quotes them in its error. */
function isApiUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && `${username}${password}${search}${hash}` === ''
}
