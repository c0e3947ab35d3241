import { createHash } from 'node:crypto'
import type { World } from '../world.ts'

/** A stable id for a login. */
export const accountId = (login: string): number =>
  createHash('sha256').update(login.toLowerCase()).digest().readUInt32BE(0) % 100_000_000

export const nodeId = (kind: string, id: number): string =>
  `${kind}_${Buffer.from(`${kind}:${id}`).toString('base64url')}`

/** A user, organization or bot as GitHub shows it everywhere. */
export function showAccount(world: World, login: string): object {
  const id = accountId(login)
  const isBot = login.endsWith('[bot]')
  const url = `${world.url}/users/${encodeURIComponent(login)}`
  const page = isBot ? `apps/${login.slice(0, -'[bot]'.length)}` : login
  return {
    login,
    id,
    node_id: nodeId(isBot ? 'BOT' : 'U', id),
    avatar_url: `${world.url}/avatars/${id}`,
    gravatar_id: '',
    url,
    html_url: `${world.url}/${page}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: isBot ? 'Bot' : 'User',
    user_view_type: 'public',
    site_admin: false,
  }
}

/** How the author of a comment stands to the repository. */
export function association(owner: string, login: string): string {
  if (login.endsWith('[bot]')) return 'NONE'
  return login.toLowerCase() === owner.toLowerCase() ? 'OWNER' : 'CONTRIBUTOR'
}
