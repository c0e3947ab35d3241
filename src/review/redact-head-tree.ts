import type { HeadTree } from './head-tree.ts'
import { KnownSecrets } from './known-secrets.ts'
import type { ScanSecrets } from './redact-change.ts'

/**
 * A tree without credentials (I8): each file is read whole for them, because a key may go over lines that a reader is
 * shown only a part of; `hide` takes out what the change gave away. Closing it closes the tree.
 */
export function redactedTree(tree: HeadTree, scan: ScanSecrets, hide: (text: string) => string): HeadTree {
  async function files(paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const redacted = new Map<string, string>()
    for (const [path, text] of await tree.files(paths, signal)) redacted.set(path, await redact(path, text))
    return redacted
  }

  async function redact(path: string, text: string): Promise<string> {
    const secrets = new KnownSecrets()
    for (const { start, end, kind } of await scan(text, path)) secrets.learn(text.slice(start, end), kind)
    return hide(secrets.count === 0 ? text : secrets.redact(text))
  }

  return {
    file: async (path, signal) => (await files([path], signal)).get(path),
    files,
    paths: (signal) => tree.paths(signal),
    search: (words, signal) => tree.search(words, signal),
    close: () => tree.close(),
  }
}
