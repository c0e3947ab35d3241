import { randomBytes } from 'node:crypto'
import { GitHubError, notFound } from '../github-error.ts'
import { created, numberOf, ok, page, type Call, type Operation } from '../operation.ts'
import { accountId, showAccount } from '../shapes/account.ts'
import { appPermissions, showApp, showInstallation } from '../shapes/app.ts'
import { showRepository } from '../shapes/repository.ts'
import { repositoryNamed } from '../world.ts'

/** Only the App itself, with its JSON Web Token, may ask. */
function requireApp(call: Call): void {
  if (call.actor.kind !== 'app') throw new GitHubError(401, 'A JSON web token could not be decoded')
}

function installationNumbered(call: Call): { readonly id: number; readonly account: string } {
  requireApp(call)
  const id = numberOf(call, 'installation_id')
  const installation = [...call.world.installations.values()].find((candidate) => candidate.id === id)
  if (!installation) throw notFound()
  return installation
}

export const appOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/app',
    documentation: 'apps/apps#get-the-authenticated-app',
    answer: (call) => {
      requireApp(call)
      return ok({ ...showApp(call.world), installations_count: call.world.installations.size })
    },
  },
  {
    method: 'GET',
    path: '/app/installations',
    documentation: 'apps/apps#list-installations-for-the-authenticated-app',
    answer: (call) => {
      requireApp(call)
      const installations = [...call.world.installations.values()]
      return page(call, installations, (installation) => showInstallation(call.world, installation))
    },
  },
  {
    method: 'GET',
    path: '/app/installations/{installation_id}',
    documentation: 'apps/apps#get-an-installation-for-the-authenticated-app',
    answer: (call) => ok(showInstallation(call.world, installationNumbered(call))),
  },
  {
    method: 'POST',
    path: '/app/installations/{installation_id}/access_tokens',
    documentation: 'apps/apps#create-an-installation-access-token-for-an-app',
    answer: (call) => {
      const installation = installationNumbered(call)
      const token = `ghs_${randomBytes(18).toString('hex')}`
      const expiresAt = new Date(call.world.clock.now().getTime() + call.world.tokenLifetimeMs)
      call.world.tokens.set(token, { installationId: installation.id, expiresAt })
      return created({
        token,
        // GitHub tells whole seconds.
        expires_at: expiresAt.toISOString().replace(/\.\d+Z$/, 'Z'),
        permissions: appPermissions,
        repository_selection: 'all',
      })
    },
  },
  {
    method: 'GET',
    path: '/installation/repositories',
    documentation: 'apps/installations#list-repositories-accessible-to-the-app-installation',
    answer: (call) => {
      const { actor, world } = call
      if (actor.kind !== 'installation') throw new GitHubError(403, 'Resource not accessible by integration')
      const installed = [...world.repositories.values()].filter(
        ({ installationId, forkOf }) => installationId === actor.installationId && !forkOf,
      )
      return page(
        call,
        installed,
        (repository) => showRepository(world, repository),
        (repositories) => ({ total_count: installed.length, repository_selection: 'all', repositories }),
      )
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/installation',
    documentation: 'apps/apps#get-a-repository-installation-for-the-authenticated-app',
    answer: (call) => {
      requireApp(call)
      const { owner, forkOf } = repositoryNamed(
        call.world,
        `${call.parameter('owner')}/${call.parameter('repo')}`,
      )
      const installation = call.world.installations.get(owner.toLowerCase())
      if (!installation || forkOf) throw notFound()
      return ok(showInstallation(call.world, installation))
    },
  },
  {
    method: 'GET',
    path: '/user',
    documentation: 'users/users#get-the-authenticated-user',
    answer: (call) => {
      if (call.actor.kind !== 'user') throw new GitHubError(403, 'Resource not accessible by integration')
      const { login } = call.actor
      const since = '2026-01-01T00:00:00Z'
      return {
        status: 200,
        headers: { 'x-oauth-scopes': 'repo', 'x-accepted-oauth-scopes': '' },
        body: {
          ...showAccount(call.world, login),
          id: accountId(login),
          name: login,
          company: null,
          blog: '',
          location: null,
          email: null,
          hireable: null,
          bio: null,
          public_repos: 0,
          public_gists: 0,
          followers: 0,
          following: 0,
          created_at: since,
          updated_at: since,
        },
      }
    },
  },
]
