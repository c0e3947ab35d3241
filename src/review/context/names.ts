import type { Hunk } from '../../diff/file-diff.ts'
import { nameOnLine } from './definitions.ts'
import { sourceOfLines, type Source } from './source.ts'

/** How a name stands in the code. */
export type NameRole = 'call' | 'member call' | 'type' | 'member' | 'plain'

export interface UsedName {
  readonly name: string
  /** The most telling of the ways in which it is used. */
  readonly role: NameRole
  readonly uses: number
  /** In the order of their first use, from 0. */
  readonly order: number
}

/** More tokens are not read: a unit that long names enough. */
const MOST_TOKENS = 20_000

const byTelling: readonly NameRole[] = ['call', 'type', 'member call', 'plain', 'member']

/**
 * The names that added lines use, without keywords, strings and comments. With the file they stand in, what is within a
 * string over several lines is told; without it, the lines of a hunk are read by themselves.
 */
export function usedNames(hunks: readonly Hunk[], path: string, source: Source | undefined): UsedName[] {
  const names = new Map<string, UsedName>()
  let tokens = 0
  for (const code of addedCode(hunks, path, source)) {
    for (const token of code.matchAll(/[A-Za-z_$][\w$]*/g)) {
      if (++tokens > MOST_TOKENS) return [...names.values()]
      const [name] = token
      if (name.length < 3 || (source?.language.keywords ?? noWords).has(name)) continue
      const role = roleOf(code, token.index, name)
      const before = names.get(name)
      names.set(name, {
        name,
        role: before && byTelling.indexOf(before.role) < byTelling.indexOf(role) ? before.role : role,
        uses: (before?.uses ?? 0) + 1,
        order: before?.order ?? names.size,
      })
    }
  }
  return [...names.values()]
}

const noWords: ReadonlySet<string> = new Set()

function roleOf(code: string, at: number, name: string): NameRole {
  const before = code.slice(Math.max(0, at - 12), at)
  const after = code.slice(at + name.length, at + name.length + 80)
  const isCalled = /^\s*(?:<[^<>()]{0,60}>)?\(/.test(after) || /\bnew\s+$/.test(before)
  const isMember = /(?:\.|->|::)\s*$/.test(before)
  if (isMember) return isCalled ? 'member call' : 'member'
  if (isCalled) return 'call'
  return /^[A-Z][a-z]/.test(name) ? 'type' : 'plain'
}

/** The names that the added, or the removed, lines of hunks define. */
export function definedNames(hunks: readonly Hunk[], path: string, kind: 'added' | 'removed'): Set<string> {
  const names = new Set<string>()
  for (const hunk of hunks) {
    const lines = hunk.lines.filter((line) => line.kind === kind || line.kind === 'context')
    const source = sourceOfLines(
      path,
      lines.map(({ text }) => text),
    )
    for (const [at, line] of lines.entries()) {
      const name = line.kind === kind ? nameOnLine(source, at) : undefined
      if (name !== undefined) names.add(name)
    }
  }
  return names
}

function* addedCode(hunks: readonly Hunk[], path: string, source: Source | undefined): Generator<string> {
  for (const hunk of hunks) {
    const lines = hunk.lines.filter((line) => line.kind !== 'removed')
    const alone = sourceOfLines(
      path,
      lines.map(({ text }) => text),
    )
    for (const [at, line] of lines.entries()) {
      if (line.kind !== 'added') continue
      const isInFile = source?.lines[line.newLine - 1] === line.text.replaceAll('\r', '')
      yield (isInFile ? source.code[line.newLine - 1] : alone.code[at]) ?? ''
    }
  }
}
