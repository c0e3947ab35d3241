import { decodeText } from '../base/decode-text.ts'
import type { ChangedText } from './change.ts'

/** The text of a file, or why there is none. */
export type FileContent = Pick<ChangedText, 'content' | 'noContent'>

/** Larger files are skipped by rule anyway: their content is not read. */
export const MAX_CONTENT_BYTES = 2_000_000
/** All contents of one change together. What is beyond stays unread. */
export const MAX_CONTENTS_BYTES = 100_000_000

export const BEYOND_ALL_CONTENTS: FileContent = {
  noContent: 'the files of the change are too large together',
}
const TOO_LARGE: FileContent = { noContent: 'it is too large' }

/** What is larger than `MAX_CONTENT_BYTES` need not be at hand. */
export function contentOf(bytes: Uint8Array | 'too large'): FileContent {
  if (bytes === 'too large' || bytes.byteLength > MAX_CONTENT_BYTES) return TOO_LARGE
  const content = decodeText(bytes)
  return content === undefined ? { noContent: 'it is not UTF-8 text' } : { content }
}
