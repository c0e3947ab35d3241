import type { Analyser } from '../analysis/analyser.ts'
import type { ChangedText } from './change.ts'
import type { FileFacts } from './checks/check.ts'
import type { AnalysersOutcome } from './find-with-analysers.ts'

/** What linters call a file that does not parse. */
const SYNTAX_ERROR = 'syntax-error'

/** What is known of the files of a change by their paths, once the analysers are done; undefined for other paths. */
export function createFileFacts(
  files: readonly ChangedText[],
  linters: readonly Pick<Analyser, 'name'>[],
): (path: string, analysed: AnalysersOutcome) => FileFacts | undefined {
  const byPath = new Map(files.map((file) => [file.diff.path, file]))
  return (path, { candidates, readBy }) => {
    const file = byPath.get(path)
    const isBroken = candidates.some(
      ({ candidate: { path: at, source } }) =>
        at === path && source.kind === 'analyser' && source.rule === SYNTAX_ERROR,
    )
    const isRead = linters.some(({ name }) => readBy.get(path)?.includes(name))
    return file && { ...file, parses: isRead && !isBroken }
  }
}
