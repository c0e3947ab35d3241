import { lineNumberOn } from '../../diff/line-number-on.ts'
import type { Check } from './check.ts'
import { namesIn } from './names-in.ts'

/** Lines on either side of a changed one that belong to it. */
const BESIDE = 1

/**
 * A claim on lines that the change left as they were, with no changed line beside them and no name in common with what
 * changed: it was so before, and nothing here makes it worse.
 */
export const untouched: Check = ({ anchor, title, explanation }, { diff }) => {
  if (!anchor) return undefined
  const { startLine, endLine, side } = anchor
  const near = diff.hunks.flatMap(({ lines }) => {
    const cited = lines.flatMap((line, index) => {
      const number = lineNumberOn(line, side) ?? 0
      return number >= startLine && number <= endLine ? [index] : []
    })
    const [first] = cited
    return first === undefined
      ? []
      : lines.slice(Math.max(0, first - BESIDE), (cited.at(-1) ?? first) + BESIDE + 1)
  })
  if (near.length === 0 || near.some(({ kind }) => kind !== 'context')) return undefined

  const changed = new Set(
    diff.hunks.flatMap(({ lines }) =>
      lines.flatMap(({ kind, text }) => (kind === 'context' ? [] : namesIn(text))),
    ),
  )
  const spokenOf = [title, explanation, ...near.map(({ text }) => text)].flatMap(namesIn)
  return spokenOf.some((name) => changed.has(name))
    ? undefined
    : 'the change touched neither these lines nor a name that the claim speaks of'
}
