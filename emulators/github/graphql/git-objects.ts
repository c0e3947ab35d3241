import { gitWithInput } from '../git.ts'

/** An object of git with its content. */
export interface StoredObject {
  readonly id: string
  readonly type: string
  readonly bytes: Buffer
}

/** Reads an object by its id; undefined when there is none. */
export type ReadObject = (id: string) => Promise<StoredObject | undefined>

/** Reads objects of a repository. Those that are asked for at the same time are read by one git. */
export function createObjectReader(folder: string): ReadObject {
  let waiting = new Set<string>()
  let reading: Promise<ReadonlyMap<string, StoredObject>> | undefined

  async function readWaiting(): Promise<ReadonlyMap<string, StoredObject>> {
    await new Promise((resolve) => setImmediate(resolve))
    const ids = [...waiting]
    waiting = new Set()
    reading = undefined
    return readBatch(await gitWithInput(folder, `${ids.join('\n')}\n`, 'cat-file', '--batch'))
  }

  return async (id) => {
    if (!/^[0-9a-f]{40}$/.test(id)) return undefined
    waiting.add(id)
    return (await (reading ??= readWaiting())).get(id)
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
