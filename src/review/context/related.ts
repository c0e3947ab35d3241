import { fileRole } from '../file-role.ts'
import type { WordPlace } from '../head-tree.ts'
import { fittingLines, joinLines } from './cut-lines.ts'
import { definitionOn, definitionsAround, nameOnLine, type Definition } from './definitions.ts'
import { importsOf, type Import } from './imports.ts'
import { languageOf } from './language.ts'
import { isDistinctive, type ChangedName, type LookUp } from './look-up.ts'
import { isRelative, matchModule } from './module-match.ts'
import type { UsedName } from './names.ts'
import type { Source } from './source.ts'
import type { Snippet } from './unit-context.ts'

/** A piece of code that may stand beside a unit, and how much it would tell. */
export interface RelatedPiece {
  readonly source: Source
  readonly why: Exclude<Snippet['why'], 'enclosing'>
  readonly symbol: string
  readonly score: number
  readonly definition: Definition
  /** The line that uses the symbol, of a caller. */
  readonly line?: number
}

export interface Known {
  /** The file of the unit, where it is known, and those that were read. */
  readonly sources: readonly Source[]
  /** Where the words that were looked up stand, in all files. */
  readonly places: readonly WordPlace[]
}

const CALLERS_OF_A_NAME = 3
const SIBLINGS_OF_A_NAME = 2
/** A name with more definitions than that is used in too many senses. */
const MOST_SIBLINGS = 8

/** Everything that could be shown, unordered. `path` is the file of the unit. */
export function relatedPieces(
  path: string,
  { used, changed, imports }: LookUp,
  { sources, places }: Known,
): RelatedPiece[] {
  const files = new Map(sources.map((source) => [source.path, source]))
  const byWord = new Map<string, Place[]>()
  for (const { path: file, line, word } of places) {
    const source = files.get(file)
    if (!source) continue
    const known = byWord.get(word) ?? []
    known.push({ source, line: line - 1 })
    byWord.set(word, known)
  }
  const definitions = (name: string): Place[] =>
    (byWord.get(name) ?? []).filter(({ source, line }) => nameOnLine(source, line) === name)
  return [
    ...insteadOfTheirClasses(
      used.flatMap((name) => definitionsOf(name, definitions(name.name), path, imports)),
    ),
    ...changed.flatMap((name) => {
      const defined = definitions(name.name)
      return [
        ...callersOf(name, byWord.get(name.name) ?? [], defined.length, path),
        ...siblingsOf(name, defined, path),
      ]
    }),
  ]
}

interface Place {
  readonly source: Source
  readonly line: number
}

/** Where the import of a name leads is where it is defined; else its own file, else wherever there is hardly a choice. */
function definitionsOf(
  used: UsedName,
  places: readonly Place[],
  path: string,
  imports: readonly Import[],
): RelatedPiece[] {
  const bringing = imports.filter(({ names }) => names.has(used.name))
  const imported = (file: string): boolean =>
    bringing.some(
      ({ module }) =>
        matchModule(file, module, path) !== undefined ||
        matchModule(file, `${module}.${used.name}`, path) !== undefined,
    )
  const own = places.filter(({ source }) => source.path === path)
  const fromImport = places.filter(({ source }) => source.path !== path && imported(source.path))
  const isForeign =
    bringing.length > 0 && fromImport.length === 0 && !bringing.some(({ module }) => isRelative(module))
  // A package from outside brings it: what has the same name here is something else.
  if (isForeign && own.length === 0) return []
  const candidates = fromImport.length > 0 ? fromImport : own.length > 0 ? own : places
  const isGuess = fromImport.length === 0 && own.length === 0
  if (isGuess && bringing.length === 0 && used.role !== 'member call' && needsImports(path)) return []
  if (isGuess && used.role === 'member call' && !isDistinctive(used.name)) return []
  if (isGuess && candidates.length > (used.role === 'member call' ? 2 : 3)) return []
  const role = { call: 4, type: 3.5, 'member call': 3, plain: 2.5, member: 2 }[used.role]
  // The constructors of Java bear the name of their class.
  return onePerFile(candidates)
    .slice(0, 3)
    .flatMap(({ source, line }) => {
      const definition = definitionOn(source, line)
      if (!definition) return []
      const score =
        role +
        (fromImport.length > 0 ? 2 : own.length > 0 ? 1.5 : 0) -
        (candidates.length - 1) * 0.7 -
        (fileRole(source.path) === 'test' && fileRole(path) !== 'test' ? 2 : 0) +
        Math.min(used.uses, 3) * 0.2
      return [{ source, why: 'definition', symbol: used.name, score, definition } as const]
    })
}

function onePerFile(places: readonly Place[]): Place[] {
  return places.filter(({ source }, at) => places.findIndex((other) => other.source === source) === at)
}

/** In these languages a name that is neither imported nor of the file is a local one, or comes from nowhere. */
function needsImports(path: string): boolean {
  return ['python', 'javascript'].includes(languageOf(path).name)
}

/** Where a class is used for one of its methods, the method says more. */
function insteadOfTheirClasses(pieces: readonly RelatedPiece[]): RelatedPiece[] {
  return pieces.map((piece) => {
    const around = pieces.filter((other) => isInside(piece, other))
    if (around.length > 0)
      return { ...piece, score: Math.max(piece.score, ...around.map(({ score }) => score)) }
    const holds = pieces.some((other) => isInside(other, piece))
    return holds ? { ...piece, score: piece.score - 3 } : piece
  })
}

function isInside(inner: RelatedPiece, outer: RelatedPiece): boolean {
  const { header, end } = outer.definition
  return (
    outer.definition.kind === 'type' &&
    inner.source === outer.source &&
    inner.definition.header > header &&
    inner.definition.header < end
  )
}

function callersOf(
  { name, how, isMember }: ChangedName,
  places: readonly Place[],
  definitions: number,
  path: string,
): RelatedPiece[] {
  const weight = { removed: 4.5, signature: 4, body: 2.5, type: 1.5 }[how]
  const pieces = places.flatMap(({ source, line }) => {
    const code = source.code[line] ?? ''
    if (nameOnLine(source, line) === name || !standsIn(code, name)) return []
    if (isImportLine(source, line)) return []
    const importsIt = importsOf(source).some(
      ({ module, names }) => names.has(name) || matchModule(path, module, source.path) !== undefined,
    )
    // `get` of one class is not `get` of another.
    const isGuess = !importsIt && source.path !== path
    if (isGuess && (needsImports(path) || isMember) && definitions > 3) return []
    if (isGuess && isUsedAsMember(code, name) && !isDistinctive(name)) return []
    const definition =
      definitionsAround(source, line).findLast(({ kind }) => kind === 'callable') ?? alone(line)
    if (source.path === path && definition.name === name) return []
    const score =
      weight +
      (importsIt ? 1 : 0) +
      (calls(code, name) ? 0.5 : -0.5) -
      (fileRole(source.path) === 'test' && fileRole(path) !== 'test' ? 1.5 : 0)
    return [{ source, why: 'caller', symbol: name, score, definition, line } as const]
  })
  return bestOf(onePerDefinition(pieces), CALLERS_OF_A_NAME)
}

function siblingsOf({ name, how }: ChangedName, places: readonly Place[], path: string): RelatedPiece[] {
  if (how === 'removed' || places.length < 2 || places.length > MOST_SIBLINGS) return []
  const pieces = places.flatMap(({ source, line }) => {
    const definition = source.path === path ? undefined : definitionOn(source, line)
    if (!definition || definition.kind === 'value') return []
    const score =
      2 + (folderOf(source.path) === folderOf(path) ? 1 : 0) - (fileRole(source.path) === 'test' ? 1.5 : 0)
    return [{ source, why: 'sibling', symbol: name, score, definition } as const]
  })
  return bestOf(pieces, SIBLINGS_OF_A_NAME)
}

function bestOf(pieces: readonly RelatedPiece[], count: number): RelatedPiece[] {
  // The sort is stable, and places come by path and line.
  return pieces.toSorted((a, b) => b.score - a.score).slice(0, count)
}

function onePerDefinition(pieces: readonly RelatedPiece[]): RelatedPiece[] {
  const seen = new Set<string>()
  return pieces.filter(({ source, definition }) => {
    const key = `${source.path}:${definition.header}`
    return !seen.has(key) && seen.add(key)
  })
}

/** Code outside of any function: a few lines around it. */
function alone(line: number): Definition {
  return { name: '', kind: 'value', start: line, header: line, body: line, end: line + 1 }
}

function standsIn(code: string, name: string): boolean {
  return [...code.matchAll(/[\w$]+/g)].some(([word]) => word === name)
}

function isUsedAsMember(code: string, name: string): boolean {
  return /(?:\.|->|::)\s*$/.test(code.slice(0, code.indexOf(name)))
}

function calls(code: string, name: string): boolean {
  const at = code.indexOf(name)
  return /^\s*(?:<[^<>()]{0,60}>)?\(/.test(code.slice(at + name.length, at + name.length + 80))
}

function isImportLine(source: Source, line: number): boolean {
  return importsOf(source).some((each) => line >= each.line && line < each.line + each.length)
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1)
}

/** How much of a budget one piece may take, and what is too little to say anything. */
const LARGEST_SHARE = 0.4
const LEAST_TOKENS = 25
const MARK_TOKENS = 6

/** The most telling pieces that fit, each once. What `hidden` of the unit's own file shows already is not shown again. */
export function chooseRelated(
  pieces: readonly RelatedPiece[],
  own: { readonly path: string; readonly hidden: ReadonlySet<number> },
  budgetTokens: number,
): Snippet[] {
  const ranked = pieces.toSorted(
    (a, b) =>
      b.score - a.score ||
      compare(a.source.path, b.source.path) ||
      a.definition.header - b.definition.header ||
      compare(a.symbol, b.symbol) ||
      compare(a.why, b.why),
  )
  const snippets: Snippet[] = []
  const taken = new Map<string, Set<number>>([[own.path, new Set(own.hidden)]])
  let left = budgetTokens
  for (const piece of ranked) {
    if (left < LEAST_TOKENS) break
    const seen = taken.get(piece.source.path) ?? new Set()
    taken.set(piece.source.path, seen)
    if (seen.has(piece.line ?? piece.definition.header)) continue
    const share = Math.min(left, Math.max(LEAST_TOKENS * 4, Math.floor(budgetTokens * LARGEST_SHARE)))
    const kept = fittingLines(piece.source, linesOf(piece), share - MARK_TOKENS)
    if (!kept.has(piece.line ?? piece.definition.header)) continue
    const range = {
      start: Math.min(...kept),
      end: piece.line === undefined ? piece.definition.end : Math.max(...kept) + 1,
    }
    const cut = joinLines(piece.source, kept, range)
    if (cut.estimatedTokens > left) continue
    // A class around a method may still be shown: its own head is not what the method is about.
    for (const line of kept) if (line >= piece.definition.header) seen.add(line)
    left -= cut.estimatedTokens
    snippets.push({ path: piece.source.path, ...cut, why: piece.why, symbol: piece.symbol })
  }
  return snippets
}

/** The lines of a piece in the order of their worth. */
function linesOf(piece: RelatedPiece): number[] {
  const { definition, line, source } = piece
  if (line !== undefined) {
    const near = [0, 1, -1, 2, -2, 3].map((by) => line + by)
    const within = near.filter(
      (at) =>
        at >= 0 &&
        at < source.lines.length &&
        (definition.name === '' || (at >= definition.header && at < definition.end)),
    )
    return [...new Set([line, ...(definition.name === '' ? [] : [definition.header]), ...within])]
  }
  const { start, header, body, end } = definition
  const head = range(header, body)
  const inside = range(body, end).filter((at) => source.lines[at]?.trim() !== '')
  // Docstrings and comments say much in many words: the code comes first.
  const code = inside.filter((at) => isCode(source, at))
  const order =
    definition.kind === 'type' ? offered(source, definition, code) : [...code.slice(0, 12), ...code.slice(-2)]
  return [...new Set([...outerHeads(piece), ...head, ...order, ...code, ...range(start, header), ...inside])]
}

/** What a class offers says more than how its methods go, but for the one that makes its objects. */
function offered(source: Source, { header, body, end }: Definition, code: readonly number[]): number[] {
  if (end - header <= 20) return [...code]
  const members = code.filter((at) => nameOnLine(source, at) !== undefined)
  const constructor = members.find((at) =>
    /^(?:__init__|constructor|__construct)$/.test(nameOnLine(source, at) ?? ''),
  )
  const made = constructor === undefined ? undefined : definitionOn(source, constructor)
  const first = Math.max(body, made?.header ?? body)
  return [...(made ? code.filter((at) => at >= first && at < made.end).slice(0, 15) : []), ...members]
}

/** The heads of the classes around: a method alone does not say whose it is. */
function outerHeads({ source, definition }: RelatedPiece): number[] {
  return definitionsAround(source, definition.header)
    .filter(({ kind, header }) => kind === 'type' && header < definition.header)
    .map(({ header }) => header)
}

/** Quotes alone are those of a docstring. */
function isCode({ code }: Source, line: number): boolean {
  return /[^\s"'`]/.test(code[line] ?? '')
}

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, at) => start + at)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
