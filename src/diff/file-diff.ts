/** LEFT is the old file, RIGHT the new one: GitHub's own words for the two sides of a diff. */
export type Side = 'LEFT' | 'RIGHT'

/** One line of a hunk, without its line ending but with a carriage return when the file has one. Numbers are 1-based. */
export type DiffLine = (
  | { readonly kind: 'context'; readonly oldLine: number; readonly newLine: number }
  | { readonly kind: 'added'; readonly newLine: number }
  | { readonly kind: 'removed'; readonly oldLine: number }
) & {
  readonly text: string
  /** Set on the last line of a file that does not end with a newline. */
  readonly noNewline?: true
}

export interface Hunk {
  readonly oldStart: number
  readonly oldLines: number
  readonly newStart: number
  readonly newLines: number
  /** What git wrote after the second `@@`: usually the enclosing definition; may be empty. */
  readonly heading: string
  readonly lines: readonly DiffLine[]
}

/** How one file changed. Paths are repository paths with `/`, unquoted, without `a/` and `b/`. */
export interface FileDiff {
  readonly path: string
  /** The old path: differs from `path` only for renames and copies. */
  readonly oldPath: string
  readonly status: 'added' | 'modified' | 'deleted' | 'renamed' | 'copied'
  /** Octal file modes where the patch tells them: `100644`, `100755`, `120000` (symlink), `160000` (submodule). */
  readonly oldMode?: string
  readonly newMode?: string
  readonly binary: boolean
  /** Empty for binary files, pure renames, mode changes and empty files. */
  readonly hunks: readonly Hunk[]
}

/** Where something stands: lines of one side of one file, both ends included, 1-based. */
export interface Anchor {
  readonly side: Side
  readonly startLine: number
  readonly endLine: number
}
