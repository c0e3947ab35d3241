import path from 'node:path'
import { resolveCommit } from '../comparison.ts'
import { git } from '../git.ts'
import { GitHubError, notFound } from '../github-error.ts'
import { ok, repositoryOf, type Answer, type Call, type Operation } from '../operation.ts'
import { base64, raw, wantsRaw } from '../raw-content.ts'
import { readTree, type TreeEntry } from '../read-tree.ts'
import { apiUrl, pageUrl } from '../shapes/repository.ts'
import type { Repository } from '../world.ts'

/** Above it, JSON comes without content; above 100 MB there is no answer. Source: REST, "Get repository content". */
const maxJsonBytes = 1_000_000
const maxBytes = 100_000_000

async function getContent(call: Call): Promise<Answer> {
  const repository = repositoryOf(call)
  const ref = call.query.get('ref') ?? repository.defaultBranch
  const commit = await resolveCommit(repository.folder, ref)
  if (commit === undefined) throw new GitHubError(404, `No commit found for the ref ${ref}`)
  const wanted = call.parameter('path').replace(/\/+$/, '')
  if (wanted === '') return listFolder(call, repository, commit, '')
  const entry = await entryAt(repository, commit, wanted)
  if (!entry) throw notFound()
  if (entry.type === 'tree') return listFolder(call, repository, commit, wanted)
  if (entry.type === 'commit') {
    // The description wants an address even where no .gitmodules tells one.
    const address = `git://example.com/${wanted}.git`
    return ok({ ...describe(call, repository, ref, entry), submodule_git_url: address })
  }
  if (entry.mode === '120000') return followSymlink(call, repository, commit, ref, entry)
  return showFile(call, repository, ref, entry)
}

async function entryAt(
  repository: Repository,
  commit: string,
  wanted: string,
): Promise<TreeEntry | undefined> {
  // A literal path: `*` in a file name is no pattern.
  const found = await readTree(repository.folder, '--full-tree', commit, '--', wanted).catch(() => [])
  return found.find((entry) => entry.path === wanted)
}

async function showFile(call: Call, repository: Repository, ref: string, entry: TreeEntry): Promise<Answer> {
  if (entry.size > maxBytes)
    throw new GitHubError(403, 'This API returns blobs up to 100 MB in size.', {
      errors: [{ resource: 'Blob', field: 'data', code: 'too_large' }],
    })
  if (wantsRaw(call)) return raw(await git(repository.folder, 'cat-file', 'blob', entry.id))
  if (entry.size > maxJsonBytes)
    return ok({ ...describe(call, repository, ref, entry), content: '', encoding: 'none' })
  const bytes = await git(repository.folder, 'cat-file', 'blob', entry.id)
  return ok({ ...describe(call, repository, ref, entry), content: base64(bytes), encoding: 'base64' })
}

/** A symlink to a file of the repository is answered with that file; another one is described. */
async function followSymlink(
  call: Call,
  repository: Repository,
  commit: string,
  ref: string,
  entry: TreeEntry,
): Promise<Answer> {
  const target = (await git(repository.folder, 'cat-file', 'blob', entry.id)).toString('utf8')
  const resolved = path.posix.join(path.posix.dirname(entry.path), target)
  const file = target.startsWith('/') ? undefined : await entryAt(repository, commit, resolved)
  if (file?.type === 'blob' && file.mode !== '120000') return showFile(call, repository, ref, file)
  return ok({ ...describe(call, repository, ref, entry), target })
}

async function listFolder(
  call: Call,
  repository: Repository,
  commit: string,
  folder: string,
): Promise<Answer> {
  const prefix = folder === '' ? [] : [`${folder}/`]
  const entries = await readTree(repository.folder, '--full-tree', commit, '--', ...prefix)
  return ok(entries.map((entry) => describe(call, repository, commit, entry)))
}

function describe(call: Call, repository: Repository, ref: string, entry: TreeEntry): object {
  const encoded = entry.path.split('/').map(encodeURIComponent).join('/')
  const api = apiUrl(call.world, repository)
  const self = `${api}/contents/${encoded}?ref=${encodeURIComponent(ref)}`
  const isFolder = entry.type === 'tree'
  const git = entry.type === 'commit' ? null : `${api}/git/${isFolder ? 'trees' : 'blobs'}/${entry.id}`
  const html = `${pageUrl(call.world, repository)}/${isFolder ? 'tree' : 'blob'}/${ref}/${encoded}`
  const download = entry.type === 'blob' ? html.replace('/blob/', '/raw/') : null
  const kinds: Record<string, string> = { tree: 'dir', commit: 'submodule' }
  return {
    name: path.posix.basename(entry.path),
    path: entry.path,
    sha: entry.id,
    size: entry.size,
    url: self,
    html_url: html,
    git_url: git,
    download_url: download,
    type: kinds[entry.type] ?? (entry.mode === '120000' ? 'symlink' : 'file'),
    _links: { self, git, html },
  }
}

export const contentOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/contents/{path}',
    documentation: 'repos/contents#get-repository-content',
    answer: getContent,
  },
]
