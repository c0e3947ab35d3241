import type { Anchor } from '../../diff/file-diff.ts'
import type { Candidate } from '../finding.ts'
import { likeness, wordsOf } from './likeness.ts'

/** Lines between two places that still are one: a call and the check that it lacks. */
const NEARBY_LINES = 3

/** How alike the words must be, the farther apart the places are. */
const ALIKE = { here: 0.5, inFile: 0.7, elsewhere: 0.8 } as const

/**
 * Whether two candidates name one problem, so that it is said once: at one place, two finders with the same kind of harm,
 * or the same words from one finder; at different places, one cause in nearly the same words about the same name.
 */
export function isSameProblem(a: Candidate, b: Candidate): boolean {
  const words = likeness(wordsOf(a.title), wordsOf(b.title))
  if (a.path !== b.path) return words.share >= ALIKE.elsewhere && words.sharesName
  if (a.anchor && b.anchor && overlaps(a.anchor, b.anchor, 0) && finderOf(a) !== finderOf(b)) {
    return a.category === b.category || words.share >= ALIKE.here
  }
  if (a.anchor && b.anchor && overlaps(a.anchor, b.anchor, NEARBY_LINES)) {
    return a.title === b.title || words.share >= ALIKE.here
  }
  return words.share >= ALIKE.inFile && words.sharesName
}

/** A model that reads the change as a whole is another finder than the same one in a unit: it did not see its own words. */
function finderOf({ source }: Candidate): string {
  if (source.kind === 'analyser') return source.analyser
  return source.pass === undefined ? source.model : `${source.model} (${source.pass})`
}

function overlaps(a: Anchor, b: Anchor, apart: number): boolean {
  return a.side === b.side && a.startLine <= b.endLine + apart && b.startLine <= a.endLine + apart
}
