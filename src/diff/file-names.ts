import type { ExtendedHeader } from './extended-header.ts'
import { readWrittenPath, type WrittenPair } from './written-path.ts'

/** `a/` and `b/`, or what the setting `diff.mnemonicPrefix` makes of them. */
const prefix = /^[abciow12]\/(?=.)/s

export interface FileNames {
  readonly oldPath: string
  readonly path: string
}

/** What is wrong with the names, in words. */
export interface NamesProblem {
  readonly problem: string
}

/** The names of the `---` and `+++` lines with their prefixes; undefined for `/dev/null`. */
export interface MarkedNames {
  readonly old: string | undefined
  readonly new: string | undefined
}

/**
 * The names of a file from the three places where its header may give them, or what is wrong with them.
 * Rename and copy lines are exact. The `diff --git` line is exact when both of its names agree. Where they differ
 * without a rename (two files compared by hand) only `---` and `+++` tell them apart.
 */
export function fileNames(
  extended: ExtendedHeader,
  pair: WrittenPair | undefined,
  marked: MarkedNames | undefined,
): FileNames | NamesProblem {
  for (const kind of ['rename', 'copy']) {
    const from = extended.get(`${kind} from`)
    const to = extended.get(`${kind} to`)
    if (from === undefined && to === undefined) continue
    const oldPath = readWrittenPath(from ?? '')
    const path = readWrittenPath(to ?? '')
    if (oldPath && path) return { oldPath, path }
    return { problem: `\`${kind} from\` and \`${kind} to\` do not name two files` }
  }
  const agreed = pair && agreedPath(pair)
  if (agreed === undefined) return markedNames(marked)
  if (!agrees(marked?.old, agreed) || !agrees(marked?.new, agreed))
    return { problem: 'the `diff --git` line and the `---` and `+++` lines below it name different files' }
  return { oldPath: agreed.path, path: agreed.path }
}

interface AgreedPath {
  readonly path: string
  readonly hasPrefix: boolean
}

/** Both names are equal only without prefixes (`diff.noprefix`): `a/x` and `a/x` is a file in a folder named `a`. */
function agreedPath(pair: WrittenPair): AgreedPath | undefined {
  if (pair.old === pair.new) return { path: pair.old, hasPrefix: false }
  if (!prefix.test(pair.old) || !prefix.test(pair.new)) return undefined
  const path = pair.old.replace(prefix, '')
  return path === pair.new.replace(prefix, '') ? { path, hasPrefix: true } : undefined
}

function agrees(name: string | undefined, agreed: AgreedPath): boolean {
  return name === undefined || (agreed.hasPrefix ? name.replace(prefix, '') : name) === agreed.path
}

function markedNames(marked: MarkedNames | undefined): FileNames | NamesProblem {
  if (marked?.old === undefined || marked.new === undefined)
    return { problem: 'the `diff --git` line does not name one file' }
  if (!prefix.test(marked.old) || !prefix.test(marked.new))
    return { problem: 'the names have other prefixes than `a/` and `b/`' }
  return { oldPath: marked.old.replace(prefix, ''), path: marked.new.replace(prefix, '') }
}
