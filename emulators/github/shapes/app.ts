import type { World } from '../world.ts'
import { accountId, nodeId, showAccount } from './account.ts'

/** What the App may do: what its manifest asks for. */
export const appPermissions = {
  metadata: 'read',
  contents: 'read',
  pull_requests: 'write',
  checks: 'write',
  issues: 'write',
}

const appEvents = ['pull_request']

const appOwner = 'lorgnette-owner'
const since = '2026-01-01T00:00:00Z'

export function showApp(world: World): object {
  return {
    id: world.app.id,
    slug: world.app.slug,
    node_id: nodeId('A', world.app.id),
    client_id: `Iv23li${world.app.id}`,
    owner: showAccount(world, appOwner),
    name: world.app.slug,
    description: '',
    external_url: world.url,
    html_url: `${world.url}/apps/${world.app.slug}`,
    created_at: since,
    updated_at: since,
    permissions: appPermissions,
    events: appEvents,
  }
}

export function showInstallation(
  world: World,
  installation: { readonly id: number; readonly account: string },
): object {
  return {
    id: installation.id,
    client_id: `Iv23li${world.app.id}`,
    account: showAccount(world, installation.account),
    repository_selection: 'all',
    access_tokens_url: `${world.url}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${world.url}/installation/repositories`,
    html_url: `${world.url}/settings/installations/${installation.id}`,
    app_id: world.app.id,
    app_slug: world.app.slug,
    target_id: accountId(installation.account),
    target_type: 'User',
    permissions: appPermissions,
    events: appEvents,
    created_at: since,
    updated_at: since,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  }
}
