import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Clock } from '../../src/base/clock.ts'
import type { PullRequest } from './pull-request.ts'
import type { CheckRun } from './check-run.ts'
import { notFound } from './github-error.ts'

export interface Repository {
  readonly id: number
  readonly owner: string
  readonly name: string
  /** The emulator's own bare repository. */
  readonly folder: string
  readonly defaultBranch: string
  readonly installationId: number
  readonly forkOf: Repository | undefined
  readonly pullRequests: Map<number, PullRequest>
  readonly checkRuns: CheckRun[]
  readonly createdAt: Date
}

/** The GitHub App as whose owner the tests act. */
interface EmulatedApp {
  readonly id: number
  readonly slug: string
  /** PKCS #1 PEM, the form in which GitHub hands keys out. */
  readonly privateKey: string
  readonly publicKey: string
}

interface InstallationToken {
  readonly installationId: number
  readonly expiresAt: Date
}

/** Everything that the emulator knows, in memory. */
export interface World {
  readonly clock: Clock
  readonly folder: string
  readonly app: EmulatedApp
  /** A personal access token and whose it is. */
  readonly token: string
  readonly tokenLogin: string
  /** The address that answers and deliveries name, without a slash at the end. */
  url: string
  /** By `owner/name` in lower case. */
  readonly repositories: Map<string, Repository>
  /** By owner in lower case. */
  readonly installations: Map<string, { readonly id: number; readonly account: string }>
  readonly tokens: Map<string, InstallationToken>
  readonly tokenLifetimeMs: number
  /** GitHub's ids grow and never repeat. */
  nextId(): number
}

export function createWorld(options: { clock: Clock; folder: string; tokenLifetimeMs: number }): World {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  let lastId = 1_000_000
  return {
    ...options,
    app: {
      id: 424_242,
      slug: 'lorgnette-test',
      privateKey: keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      publicKey: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    },
    token: `ghp_${randomBytes(18).toString('hex')}`,
    tokenLogin: 'token-owner',
    url: '',
    repositories: new Map(),
    installations: new Map(),
    tokens: new Map(),
    nextId: () => ++lastId,
  }
}

export const fullNameOf = (repository: Repository): string => `${repository.owner}/${repository.name}`

/** Throws GitHub's 404 for a name that is not there. */
export function repositoryNamed(world: World, fullName: string): Repository {
  const repository = world.repositories.get(fullName.toLowerCase())
  if (!repository) throw notFound()
  return repository
}

/** Throws GitHub's 404 for a number that is not there. */
export function pullRequestNumbered(repository: Repository, number: number): PullRequest {
  const pullRequest = repository.pullRequests.get(number)
  if (!pullRequest) throw notFound()
  return pullRequest
}

/** The login under which an App writes. */
export const botLogin = (world: World): string => `${world.app.slug}[bot]`
