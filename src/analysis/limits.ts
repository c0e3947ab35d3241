import type { AnalysedFile, UnreadFile } from './analyser.ts'

/** How much an analyser reads, and how long it may take. Times in milliseconds. */
export interface AnalyserLimits {
  /** A file with more UTF-16 units is not read. */
  readonly maxFileLength: number
  /** One file, or one start of a linter, may take this long. */
  readonly fileTimeoutMs: number
  /** All files of one call together; files that are not reached are unread. */
  readonly runTimeoutMs: number
}

/**
 * A megabyte of code takes the linters about a second. What takes longer is made to: 900 KB of implicitly
 * concatenated Python strings held ruff for 48 seconds.
 */
export const defaultLimits: AnalyserLimits = {
  maxFileLength: 1_000_000,
  fileTimeoutMs: 10_000,
  runTimeoutMs: 60_000,
}

/** Parts the files that may be read from the ones that are too large. */
export function withinLimits(
  files: readonly AnalysedFile[],
  { maxFileLength }: AnalyserLimits,
): { fitting: AnalysedFile[]; tooLarge: UnreadFile[] } {
  const fits = ({ content }: AnalysedFile): boolean => content.length <= maxFileLength
  return {
    fitting: files.filter(fits),
    tooLarge: files
      .filter((file) => !fits(file))
      .map(({ diff }) => ({ path: diff.path, reason: 'too large for the linter' })),
  }
}
