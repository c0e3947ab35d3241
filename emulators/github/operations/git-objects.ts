import { resolveCommit } from '../comparison.ts'
import { git, gitAnswer } from '../git.ts'
import { notFound } from '../github-error.ts'
import { ok, repositoryOf, type Answer, type Call, type Operation } from '../operation.ts'
import { base64, raw, wantsRaw } from '../raw-content.ts'
import { readTree } from '../read-tree.ts'
import { apiUrl } from '../shapes/repository.ts'

async function getBlob(call: Call): Promise<Answer> {
  const repository = repositoryOf(call)
  const id = call.parameter('file_sha')
  const type = /^[0-9a-f]{40}$/.test(id)
    ? await gitAnswer(repository.folder, 'cat-file', '-t', id)
    : undefined
  if (type !== 'blob') throw notFound()
  const bytes = await git(repository.folder, 'cat-file', 'blob', id)
  if (wantsRaw(call)) return raw(bytes)
  return ok({
    sha: id,
    node_id: `B_${id}`,
    size: bytes.length,
    url: `${apiUrl(call.world, repository)}/git/blobs/${id}`,
    content: base64(bytes),
    encoding: 'base64',
  })
}

async function getTree(call: Call): Promise<Answer> {
  const repository = repositoryOf(call)
  const wanted = call.parameter('tree_sha')
  const commit = await resolveCommit(repository.folder, wanted)
  const treeish = commit ?? (/^[0-9a-f]{40}$/.test(wanted) ? wanted : undefined)
  const tree =
    treeish === undefined
      ? undefined
      : await gitAnswer(repository.folder, 'rev-parse', '--verify', '--quiet', `${treeish}^{tree}`)
  if (tree === undefined) throw notFound()
  const entries = await readTree(
    repository.folder,
    ...(call.query.has('recursive') ? ['-r', '-t'] : []),
    tree,
  )
  const api = apiUrl(call.world, repository)
  const shown = entries.slice(0, 100_000).map((entry) => ({
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.id,
    ...(entry.type === 'blob' ? { size: entry.size } : {}),
    ...(entry.type === 'commit' ? {} : { url: `${api}/git/${entry.type}s/${entry.id}` }),
  }))
  const truncated = shown.length < entries.length
  return ok({ sha: tree, url: `${api}/git/trees/${tree}`, tree: shown, truncated })
}

export const gitObjectOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/git/blobs/{file_sha}',
    documentation: 'git/blobs#get-a-blob',
    answer: getBlob,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/git/trees/{tree_sha}',
    documentation: 'git/trees#get-a-tree',
    answer: getTree,
  },
]
