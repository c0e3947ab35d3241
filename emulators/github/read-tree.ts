import { git } from './git.ts'

/** An entry of a git tree. */
export interface TreeEntry {
  readonly mode: string
  readonly type: string
  readonly id: string
  readonly size: number
  /** From the root of the tree that was read. */
  readonly path: string
}

/** The entries that `git ls-tree` lists for these arguments. */
export async function readTree(folder: string, ...args: readonly string[]): Promise<TreeEntry[]> {
  const text = (await git(folder, 'ls-tree', '-z', '-l', ...args)).toString('utf8')
  return text
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [meta, name] = splitOnce(line, '\t')
      const [mode = '', type = '', id = '', size = ''] = meta.split(/ +/)
      return { mode, type, id, size: Number(size) || 0, path: name }
    })
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return [text.slice(0, at), text.slice(at + separator.length)]
}
