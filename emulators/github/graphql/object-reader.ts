import { createBatching } from '../../../src/base/batching.ts'
import { gitWithInput } from '../git.ts'
import { readTree, type TreeEntry } from '../read-tree.ts'

/** An object of git with its content. */
export interface StoredObject {
  readonly id: string
  readonly type: string
  readonly bytes: Buffer
}

/** Reads what is in a repository. What is asked for at the same time is read by one git. */
export interface ObjectReader {
  /** Undefined when there is none of that id. */
  object(id: string): Promise<StoredObject | undefined>
  /** Undefined when nothing stands there. */
  entry(commit: string, path: string): Promise<TreeEntry | undefined>
}

/** Nobody who asks gives up: GitHub answers, whether anybody still listens or not. */
const unending = new AbortController().signal

export function createObjectReader(folder: string): ObjectReader {
  const objects = createBatching<string, StoredObject | undefined>(async (ids) => {
    const wanted = ids.filter((id) => /^[0-9a-f]{40}$/.test(id))
    const found = readBatch(await gitWithInput(folder, `${wanted.join('\n')}\n`, 'cat-file', '--batch'))
    return ids.map((id) => found.get(id))
  })
  const entries = new Map<string, (path: string, signal: AbortSignal) => Promise<TreeEntry | undefined>>()

  function entriesOf(commit: string): (path: string, signal: AbortSignal) => Promise<TreeEntry | undefined> {
    const known =
      entries.get(commit) ??
      createBatching<string, TreeEntry | undefined>(async (paths) => {
        const found = await readTree(folder, '--full-tree', commit, '--', ...paths).catch(() => [])
        return paths.map((path) => found.find((entry) => entry.path === path))
      })
    entries.set(commit, known)
    return known
  }

  return {
    object: (id) => objects(id, unending),
    entry: (commit, path) => entriesOf(commit)(path, unending),
  }
}

/** What `git cat-file --batch` prints: for each object a line `id type size`, its bytes, and a line end. */
function readBatch(output: Buffer): ReadonlyMap<string, StoredObject> {
  const found = new Map<string, StoredObject>()
  for (let at = 0; at < output.length;) {
    const end = output.indexOf('\n', at)
    const [id = '', type = '', size = ''] = output.subarray(at, end).toString().split(' ')
    at = end + 1
    if (type === 'missing') continue
    found.set(id, { id, type, bytes: output.subarray(at, at + Number(size)) })
    at += Number(size) + 1
  }
  return found
}
