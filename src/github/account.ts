import type { Authorization } from './authorization.ts'
import type { DeliveryLog, GitHubAccess, InstalledRepositories, RepositoryName } from './github.ts'

/** Who we are on GitHub. */
export interface Account {
  /** The right to work on a repository. No call is made. */
  authorize(repository: RepositoryName, installationId?: number): Authorization
  identity(signal: AbortSignal): Promise<Identity>
  access(signal: AbortSignal): Promise<GitHubAccess>
  /** Only Apps have one. */
  readonly deliveryLog?: DeliveryLog
  /** Only Apps are installed. */
  readonly installedRepositories?: InstalledRepositories
  /** Only Apps may have check runs. */
  readonly mayHaveCheckRuns: boolean
}

/** By what our own writes are known. */
export interface Identity {
  readonly login: string
  /** Set for an App. */
  readonly appSlug?: string
}

/** An App can be renamed, a user too: what we know about ourselves is asked again after an hour. */
export const identityLifetimeMs = 3_600_000
