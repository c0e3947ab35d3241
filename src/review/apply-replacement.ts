import type { Anchor } from '../diff/file-diff.ts'

export interface Applied {
  /** The whole file afterwards. */
  readonly text: string
  /** The lines that were replaced, joined by line feeds, without carriage returns. */
  readonly replaced: string
}

/**
 * The file as it would be with the replacement (lines joined by line feeds, none after the last) in place of the
 * anchored lines. Line endings follow the first line replaced; a last line without one stays without. Undefined when
 * the file does not have these lines.
 */
export function applyReplacement(
  content: string,
  { startLine, endLine }: Anchor,
  replacement: string,
): Applied | undefined {
  const lines = content.split('\n')
  const replaced = lines.slice(startLine - 1, endLine)
  const [first] = replaced
  if (first === undefined || startLine < 1 || replaced.length !== endLine - startLine + 1) return undefined
  const isLast = endLine === lines.length
  // The last line of a file that ends without a newline says nothing about the ending of the others.
  const sample = startLine === lines.length ? (lines[startLine - 2] ?? first) : first
  const ending = sample.endsWith('\r') ? '\r' : ''
  const written = replacement.split('\n').map((line) => `${line}${ending}`)
  if (isLast) written.push((written.pop() ?? '').replace(/\r$/, ''))
  return {
    text: [...lines.slice(0, startLine - 1), ...written, ...lines.slice(endLine)].join('\n'),
    replaced: replaced.map((line) => line.replace(/\r$/, '')).join('\n'),
  }
}
