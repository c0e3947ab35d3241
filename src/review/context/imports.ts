import { estimateTokens } from '../estimate-tokens.ts'
import type { Source } from './source.ts'

/** An import as it stands in a file, over as many lines as it takes. */
export interface Import {
  /** Without line ends and indentation of its later lines. */
  readonly text: string
  readonly line: number
  /** Lines it takes. */
  readonly length: number
  /** What it names: modules as written, and the names that it brings. */
  readonly names: ReadonlySet<string>
  /** `./shop`, `a.b.c`, `@org/lib/part`: as written. Empty when it has none. */
  readonly module: string
}

/** Imports stand at the top, or a few lines into a function. */
const MOST_IMPORTS = 300
const LONGEST_IMPORT = 40

const starts = {
  python: /^\s*(?:from\s+[\w.]+\s+import\b|import\s+\w)/,
  javascript:
    /^\s*(?:import\b(?!\s*\()|export\s+(?:type\s+)?(?:\*|\{)|(?:const|let|var)\s.{1,300}?=\s*(?:await\s+import|require)\s*\()/,
  'c-like': /^\s*(?:import\s|using\s|use\s|#\s*include\b|(?:pub\s+)?(?:mod|extern crate)\s)/,
  hash: /^\s*(?:require(?:_relative)?\s|source\s|\.\s+\S|import\s|use\s|library\()/,
} as const

const known = new WeakMap<Source, readonly Import[]>()

/** The imports of a file, in their order. Asked for at every place of a file: looked for once. */
export function importsOf(source: Source): readonly Import[] {
  const imports = known.get(source) ?? findImports(source)
  known.set(source, imports)
  return imports
}

function findImports(source: Source): Import[] {
  const start = starts[source.language.name]
  const found: Import[] = []
  for (let line = 0; line < source.lines.length && found.length < MOST_IMPORTS; line++) {
    if (!start.test(source.code[line] ?? '')) continue
    const length = lengthOf(source, line)
    const text = source.lines
      .slice(line, line + length)
      .map((part, at) => (at === 0 ? part.trimEnd() : part.trim()))
      .join(' ')
      .trim()
    // `export { a }` brings nothing from elsewhere.
    const module = moduleOf(text)
    if (!(/^export\b/.test(text) && module === '')) {
      found.push({ text, line, length, module, names: new Set(text.match(/[A-Za-z_$][\w$]*/g)) })
    }
    line += length - 1
  }
  return found
}

function lengthOf({ depths, code }: Source, line: number): number {
  // The block of Go: `import (` … `)`; and `{` … `}` or `(` … `)` elsewhere.
  const depth = depths[line] ?? 0
  for (let end = line + 1; end < Math.min(code.length, line + LONGEST_IMPORT); end++) {
    if ((depths[end] ?? 0) <= depth && !/\\\s*$/.test(code[end - 1] ?? '')) return end - line
  }
  return 1
}

function moduleOf(text: string): string {
  const [, from] = /^from\s+([\w.]+)/.exec(text) ?? []
  if (from !== undefined) return from
  const [, quoted] = /["'<]([^"'<>]{1,200})["'>]\s*\)?\s*;?[^"'<>]{0,80}$/.exec(text) ?? []
  if (quoted !== undefined) return quoted
  const [, plain] = /^(?:import|use|using)\s+(?:static\s+)?([\w.:\\/]{1,200})/.exec(text) ?? []
  return plain ?? ''
}

/**
 * Those that bring a name which the hunks or the code around them use, as many as fit; without the ones that the hunks
 * show. Others say nothing about the unit, and would only make its question another one when they change.
 */
export function tellingImports(
  imports: readonly Import[],
  mentioned: ReadonlySet<string>,
  shown: ReadonlySet<number>,
  budgetTokens: number,
): string[] {
  const chosen: string[] = []
  let left = budgetTokens
  for (const { text, line, names } of imports) {
    if (shown.has(line) || ![...names].some((name) => mentioned.has(name))) continue
    const tokens = estimateTokens(`${text}\n`)
    if (tokens > left) continue
    left -= tokens
    chosen.push(text)
  }
  return chosen
}
