import type { HeadTree } from './head-tree.ts'
import { KnownSecrets } from './known-secrets.ts'
import type { ScanSecrets } from './redact-change.ts'

/** Texts that are kept, in characters: neighbouring units ask for the same files. */
const MOST_KEPT = 30_000_000

/**
 * A tree without credentials (I8): each file is read whole for them, because a key may go over lines that a reader is
 * shown only a part of; `hide` takes out what the change gave away. Closing it closes the tree.
 */
export function redactedTree(tree: HeadTree, scan: ScanSecrets, hide: (text: string) => string): HeadTree {
  const kept = new Map<string, string>()
  let characters = 0

  async function files(paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>()
    const missing = await tree.files(
      paths.filter((path) => !kept.has(path)),
      signal,
    )
    for (const path of paths) {
      const known = kept.get(path)
      const text = missing.get(path)
      if (known !== undefined) found.set(path, known)
      else if (text !== undefined) found.set(path, keep(path, await redact(path, text)))
    }
    return found
  }

  function keep(path: string, text: string): string {
    if (characters + text.length > MOST_KEPT) {
      kept.clear()
      characters = 0
    }
    kept.set(path, text)
    characters += text.length
    return text
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
