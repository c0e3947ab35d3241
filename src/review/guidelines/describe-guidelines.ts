import type { RunEvent } from '../run-store.ts'
import type { Guideline, IgnoredGuideline } from './guideline.ts'
import { SETTINGS_FILE } from './read-guidelines.ts'

/** Problems of one file that are told one by one; the rest is counted. */
const MAX_PROBLEMS = 5

/** What became of each file of guidelines that is there, for people; undefined when there is none. */
export function describeGuidelines({
  guidelines = [],
  ignoredGuidelines = [],
}: {
  readonly guidelines?: readonly Guideline[]
  readonly ignoredGuidelines?: readonly IgnoredGuideline[]
}): RunEvent['detail'] | undefined {
  const sources = new Set([...guidelines, ...ignoredGuidelines].map(({ source }) => source))
  if (sources.size === 0) return undefined
  return Object.fromEntries(
    [...sources].map((source) => [
      source,
      [readText(guidelines.filter((one) => one.source === source)), ignoredText(source)]
        .filter((text) => text !== '')
        .join('; '),
    ]),
  )

  function ignoredText(source: string): string {
    const reasons = reasonsOf(source, ignoredGuidelines)
    return reasons && `ignored: ${reasons}`
  }
}

/** For the receipt: what is wrong with the settings of the repository, so that nobody relies on what we do not heed. */
export function noteMistakes({
  ignoredGuidelines = [],
}: {
  readonly ignoredGuidelines?: readonly IgnoredGuideline[]
}): readonly string[] {
  const reasons = reasonsOf(SETTINGS_FILE, ignoredGuidelines)
  return reasons === '' ? [] : [`Ignored in \`${SETTINGS_FILE}\`: ${reasons}.`]
}

/** Why something of a file is ignored; empty when nothing is. */
function reasonsOf(source: string, ignored: readonly IgnoredGuideline[]): string {
  const reasons = ignored.flatMap((one) => (one.source === source ? [one.reason] : []))
  const left = reasons.length - MAX_PROBLEMS
  return [...reasons.slice(0, MAX_PROBLEMS), ...(left > 0 ? [`and ${left} more`] : [])].join(', ')
}

function readText({ length }: readonly Guideline[]): string {
  if (length === 0) return ''
  return length === 1 ? 'read' : `read, ${length} instructions`
}
