import { lineAt, type DiffFile, type PatchLine } from './pull-request-diff.ts'
import type { Side } from './pull-request.ts'

/** Where a comment asks to stand, in the words of GitHub's REST API. */
export interface RequestedAnchor {
  readonly line?: number | undefined
  readonly side?: Side | undefined
  readonly start_line?: number | null | undefined
  readonly start_side?: Side | null | undefined
  readonly position?: number | undefined
}

export interface Anchor {
  readonly line: number
  readonly side: Side
  readonly startLine: number | undefined
  readonly startSide: Side | undefined
  readonly position: number
}

export type AnchorAnswer =
  | { readonly kind: 'ok'; readonly anchor: Anchor }
  | { readonly kind: 'refused'; readonly field: 'path' | 'line' | 'start_line'; readonly reason: string }

/**
 * Decides as GitHub does whether a comment may stand there: the line must be in a hunk of the diff on its side, and a
 * comment of several lines must start earlier in the same hunk.
 * Source: GitHub REST, "Create a review for a pull request", and its 422 answers.
 */
export function resolveAnchor(file: DiffFile | undefined, requested: RequestedAnchor): AnchorAnswer {
  if (!file) return { kind: 'refused', field: 'path', reason: 'Path could not be resolved' }
  const side = requested.side ?? 'RIGHT'
  const end =
    requested.line === undefined
      ? file.lines.find((line) => line.position === requested.position)
      : lineAt(file, side, requested.line)
  if (!end) return { kind: 'refused', field: 'line', reason: 'Line could not be resolved' }
  if (requested.line === undefined) return { kind: 'ok', anchor: anchorOfPosition(end) }

  const anchor = { line: requested.line, side, position: end.position }
  if (requested.start_line === undefined || requested.start_line === null)
    return { kind: 'ok', anchor: { ...anchor, startLine: undefined, startSide: undefined } }
  const startSide = requested.start_side ?? 'RIGHT'
  const start = lineAt(file, startSide, requested.start_line)
  if (start?.hunk !== end.hunk) {
    const reason = 'Pull request review thread start line must be part of the same hunk as the line.'
    return { kind: 'refused', field: 'start_line', reason }
  }
  if (start.position >= end.position) {
    const reason = 'Pull request review thread start line must precede the end line.'
    return { kind: 'refused', field: 'start_line', reason }
  }
  return { kind: 'ok', anchor: { ...anchor, startLine: requested.start_line, startSide } }
}

/** The older way to say where: a position stands for its line on the right, or on the left when it was removed. */
function anchorOfPosition(at: PatchLine): Anchor {
  const found =
    at.right === undefined
      ? { side: 'LEFT' as const, line: at.left ?? 0 }
      : { side: 'RIGHT' as const, line: at.right }
  return { ...found, startLine: undefined, startSide: undefined, position: at.position }
}
