import type { Anchor } from './comment-anchor.ts'
import { hunkUpTo, type DiffFile } from './pull-request-diff.ts'
import type { ReviewComment } from './pull-request.ts'

/** The part of a comment that says where it stands. */
export type CommentPlace = Pick<
  ReviewComment,
  | 'path'
  | 'subject'
  | 'side'
  | 'startSide'
  | 'originalLine'
  | 'originalStartLine'
  | 'line'
  | 'startLine'
  | 'position'
  | 'diffHunk'
>

export function placeOnLines(file: DiffFile, anchor: Anchor): CommentPlace {
  return {
    path: file.path,
    subject: 'line',
    side: anchor.side,
    startSide: anchor.startSide,
    originalLine: anchor.line,
    originalStartLine: anchor.startLine,
    line: anchor.line,
    startLine: anchor.startLine,
    position: anchor.position,
    diffHunk: hunkUpTo(file, anchor.position),
  }
}

export function placeOnFile(file: DiffFile): CommentPlace {
  return {
    path: file.path,
    subject: 'file',
    side: undefined,
    startSide: undefined,
    originalLine: undefined,
    originalStartLine: undefined,
    line: undefined,
    startLine: undefined,
    position: undefined,
    diffHunk: file.patch?.split('\n').slice(0, 5).join('\n') ?? '',
  }
}
