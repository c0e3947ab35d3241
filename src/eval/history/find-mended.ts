import { mapBounded } from '../../base/concurrency.ts'
import type { LocalRepository } from '../../git/local-repository.ts'
import type { Place } from '../eval-case.ts'
import { isFix, mergedPullRequest, type HistoryEntry, type MergedPullRequest } from './history-entry.ts'
import { mendedLines, type MendedLine } from './mended-lines.ts'

/** A pull request with the lines of it that were mended later. */
export interface MendedChange {
  readonly entry: HistoryEntry
  readonly pullRequest: MergedPullRequest
  readonly mended: readonly Mended[]
}

/** What one later fix changed of it: never empty, the longest range first. */
export interface Mended {
  readonly fix: HistoryEntry
  readonly places: readonly Place[]
}

/** Git processes at once. */
const CONCURRENCY = 2
const MAX_PLACES = 10

/**
 * Finds merged pull requests of which a later fix changed lines, newest first. `history` is the main line, newest first;
 * a fix that comes more than `within` commits later is not taken for one of that change.
 */
export async function findMended(
  repository: LocalRepository,
  history: readonly HistoryEntry[],
  within: number,
  signal: AbortSignal,
): Promise<readonly MendedChange[]> {
  const places = new Map(history.map(({ commit }, index) => [commit as string, index]))
  const oldest = history.at(-1)
  if (!oldest) return []
  const fixes = history.filter(isFix)
  const found = await mapBounded(
    fixes,
    CONCURRENCY,
    async (fix) => ({ fix, lines: await mendedLines(repository, fix, oldest.parent) }),
    signal,
  )
  const byOrigin = new Map<string, Mended[]>()
  for (const { fix, lines } of found) {
    for (const origin of new Set(lines.map((line) => line.origin))) {
      const age = (places.get(origin) ?? Infinity) - (places.get(fix.commit) ?? 0)
      if (age > within) continue
      const ranges = toPlaces(lines.filter((line) => line.origin === origin))
      byOrigin.set(origin, [...(byOrigin.get(origin) ?? []), { fix, places: ranges }])
    }
  }
  return history.flatMap((entry): MendedChange[] => {
    const mended = byOrigin.get(entry.commit)
    const pullRequest = mergedPullRequest(entry)
    return mended && pullRequest ? [{ entry, pullRequest, mended }] : []
  })
}

/** Lines that follow one another are one place; the longest first. */
function toPlaces(lines: readonly MendedLine[]): readonly Place[] {
  const places: { path: string; startLine: number; endLine: number }[] = []
  const sorted = lines.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)) || a.line - b.line)
  for (const { path, line } of sorted) {
    const last = places.at(-1)
    if (last?.path === path && line <= last.endLine + 1) last.endLine = line
    else places.push({ path, startLine: line, endLine: line })
  }
  const length = ({ startLine, endLine }: Place): number => endLine - startLine
  return places.toSorted((a, b) => length(b) - length(a)).slice(0, MAX_PLACES)
}
