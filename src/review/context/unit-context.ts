import { estimateTokens } from '../estimate-tokens.ts'

/** Why a piece of code stands beside a unit. */
export type SnippetReason =
  /** The definition around a hunk, cut in the middle when it is long. */
  | 'enclosing'
  /** The definition of a name that added lines use. */
  | 'definition'
  /** Code that uses a definition which the change touches. */
  | 'caller'
  /** Another definition of the same name: how the same thing is done elsewhere. */
  | 'sibling'

/** A piece of a file of the head. */
export interface Snippet {
  readonly path: string
  /** Whole lines with their indentation; where lines were left out stands a mark instead of them. Never a line number. */
  readonly text: string
  readonly why: SnippetReason
  /** The name that brought it here; empty for an enclosing piece that has none. */
  readonly symbol: string
  readonly estimatedTokens: number
}

/**
 * What a reader of a unit should know beside its hunks. Text alone, no line numbers, ids or times: it becomes part of a
 * question, and the same code around the same hunks has to make the same question wherever it stands in a file.
 */
export interface UnitContext {
  /** The import lines of the unit's file, in their order. */
  readonly imports: readonly string[]
  /** In the order of the hunks; a piece around several hunks stands here once. */
  readonly enclosing: readonly Snippet[]
  /** The most telling first. */
  readonly related: readonly Snippet[]
}

/** Of a unit of which nothing but its hunks is known. */
export const noContext: UnitContext = { imports: [], enclosing: [], related: [] }

/** How much of a question a context takes: the texts alone, without the words around them. */
export function contextTokens({ imports, enclosing, related }: UnitContext): number {
  const snippets = [...enclosing, ...related].reduce((sum, { estimatedTokens }) => sum + estimatedTokens, 0)
  return estimateTokens(imports.join('\n')) + snippets
}
