import { errorMessage, isAbort } from '../base/errors.ts'
import { findMended } from '../eval/history/find-mended.ts'
import { isFix, mergedPullRequest } from '../eval/history/history-entry.ts'
import { readHistory } from '../eval/history/read-history.ts'
import { writeCases } from '../eval/history/write-cases.ts'
import { findRepository } from '../git/local-repository.ts'
import { count } from '../review/count.ts'
import { write, type Terminal } from './terminal.ts'
import { terminalText } from './terminal-text.ts'

/** What `lorgnette eval --from-history` was asked to do. */
export interface HistoryRequest {
  /** The repository, or any folder in it. */
  readonly repository: string
  /** The folder for the cases. */
  readonly out: string
  /** So many cases at most. */
  readonly limit: number
}

/** Commits of the main line that are looked at. */
const LOOK_BACK = 3_000
/** A fix that comes after more commits than this is not taken for one of that change. */
const WITHIN = 300

/**
 * Makes a dataset of a repository's own history. Returns the exit code: 0, or 2 when no case could be made, with the
 * reason.
 */
export async function runHistoryCommand(
  { repository: folder, out, limit }: HistoryRequest,
  { stdout, stderr }: Terminal,
  signal: AbortSignal,
): Promise<0 | 2> {
  try {
    const repository = await findRepository(folder, signal)
    const history = await readHistory(repository, 'HEAD', LOOK_BACK)
    const merged = history.filter((entry) => mergedPullRequest(entry) !== undefined).length
    const fixes = history.filter(isFix).length
    const mended = await findMended(repository, history, WITHIN, signal)
    const cases = await writeCases(repository, mended, { folder: out, limit })
    const seen = `${count(history.length, 'commit')}, ${count(merged, 'pull request')} and ${fixes} fixes`
    if (cases.length === 0) {
      await write(stderr, `no case could be made of ${seen}: no fix changed lines of a merged pull request\n`)
      return 2
    }
    await write(
      stdout,
      `${count(cases.length, 'case')} of ${seen}: ${terminalText(out)}\n` +
        'They say where people mended something later, not all that was wrong: read docs/evaluation.md before the figures.\n',
    )
    return 0
  } catch (error) {
    const reason = isAbort(error) ? 'it was interrupted' : terminalText(errorMessage(error))
    await write(stderr, `could not read the history: ${reason}\n`)
    return 2
  }
}
