/** A text in the language that its path names. */
export interface SourceText {
  readonly path: string
  readonly text: string
}

/** `unknown`: no parser of ours knows the language, or it gave up on the text. */
export type Syntax = 'parses' | 'broken' | 'unknown'

/** Says of each text, in order, whether it parses. Nothing is executed. An abort ends it with an error. */
export type CheckSyntax = (texts: readonly SourceText[], signal: AbortSignal) => Promise<readonly Syntax[]>
