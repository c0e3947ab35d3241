import { gitText } from '../git.ts'
import type { Repository, World } from '../world.ts'
import { nodeId } from './account.ts'
import { apiUrl, pageUrl } from './repository.ts'

const fields = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B']

export interface GitCommit {
  readonly id: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: { readonly name: string; readonly email: string; readonly date: string }
  readonly committer: { readonly name: string; readonly email: string; readonly date: string }
  readonly message: string
}

/** Commits of a range (`from..to`), oldest first; or of one commit with `-1`. */
export async function readCommits(folder: string, ...range: readonly string[]): Promise<GitCommit[]> {
  const text = await gitText(
    folder,
    'log',
    '--reverse',
    '-z',
    `--format=${fields.join('%x1f')}`,
    ...range,
    '--',
  )
  return text === ''
    ? []
    : text
        .split('\0')
        .filter((entry) => entry !== '')
        .map(parseCommit)
}

function parseCommit(entry: string): GitCommit {
  const [id = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', ...message] =
    entry.split('\u001f')
  return {
    id,
    tree,
    parents: parents === '' ? [] : parents.split(' '),
    author: { name: an, email: ae, date: new Date(ad).toISOString() },
    committer: { name: cn, email: ce, date: new Date(cd).toISOString() },
    message: message.join('\u001f').trimEnd(),
  }
}

/** A commit as `GET /compare` and `GET /branches` show it. */
export function showCommit(world: World, repository: Repository, commit: GitCommit): object {
  const api = apiUrl(world, repository)
  const page = pageUrl(world, repository)
  const url = `${api}/commits/${commit.id}`
  return {
    sha: commit.id,
    node_id: nodeId('C', Number.parseInt(commit.id.slice(0, 8), 16)),
    commit: { ...gitPart(api, commit), comment_count: 0 },
    url,
    html_url: `${page}/commit/${commit.id}`,
    comments_url: `${url}/comments`,
    author: null,
    committer: null,
    parents: commit.parents.map((id) => ({
      sha: id,
      url: `${api}/commits/${id}`,
      html_url: `${page}/commit/${id}`,
    })),
  }
}

/** A commit as `GET /git/commits` shows it. */
export function showGitCommit(world: World, repository: Repository, commit: GitCommit): object {
  const api = apiUrl(world, repository)
  const page = pageUrl(world, repository)
  return {
    ...gitPart(api, commit),
    sha: commit.id,
    node_id: nodeId('C', Number.parseInt(commit.id.slice(0, 8), 16)),
    html_url: `${page}/commit/${commit.id}`,
    parents: commit.parents.map((id) => ({
      sha: id,
      url: `${api}/git/commits/${id}`,
      html_url: `${page}/commit/${id}`,
    })),
  }
}

function gitPart(api: string, commit: GitCommit): object {
  const { author, committer, message, tree, id } = commit
  const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }
  return {
    author,
    committer,
    message,
    tree: { sha: tree, url: `${api}/git/trees/${tree}` },
    url: `${api}/git/commits/${id}`,
    verification: unsigned,
  }
}
