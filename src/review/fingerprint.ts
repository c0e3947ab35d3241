import { createHash } from 'node:crypto'
import type { FileDiff } from '../diff/file-diff.ts'
import { linesOf } from '../diff/lines-of.ts'
import type { Candidate } from './finding.ts'

/**
 * Names a problem across the heads of a pull request: the file, who says it (a rule; a model's category), and the text
 * of the lines it stands on. Without line numbers, so that the same problem further down is the same; without the
 * model's words, which differ from one asking to the next.
 */
export function fingerprint(candidate: Candidate, file: FileDiff | undefined): string {
  const { source, path, anchor } = candidate
  const said = source.kind === 'analyser' ? `${source.analyser}/${source.rule}` : candidate.category
  const lines =
    file && anchor ? linesOf(file, anchor).map(({ text }) => text.trim()) : [candidate.title, candidate.id]
  return createHash('sha256')
    .update(JSON.stringify([path, said, lines]))
    .digest('hex')
}
