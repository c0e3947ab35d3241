import { readSource, type Source } from './source.ts'

export type ReadSource = (path: string, text: string) => Source

/** Characters of files that are kept as they were read; a source takes several times as much. */
const MOST_KEPT = 8_000_000

/** Reads each file once, as long as there is room: many units look at the same ones. */
export function rememberSources(): ReadSource {
  const kept = new Map<string, { readonly text: string; readonly source: Source }>()
  let characters = 0
  return (path, text) => {
    const known = kept.get(path)
    if (known?.text === text) return known.source
    const source = readSource(path, text)
    if (!known && characters + text.length <= MOST_KEPT) {
      characters += text.length
      kept.set(path, { text, source })
    }
    return source
  }
}
