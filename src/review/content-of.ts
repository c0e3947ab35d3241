import { decodeText } from '../base/decode-text.ts'
import type { ChangedText } from './change.ts'

/** The text of a file, or why there is none. */
export type FileContent = Pick<ChangedText, 'content' | 'noContent'>

export function contentOf(bytes: Uint8Array): FileContent {
  const content = decodeText(bytes)
  return content === undefined ? { noContent: 'it is not UTF-8 text' } : { content }
}
