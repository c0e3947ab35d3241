import { lineNumberOn } from '../../diff/line-number-on.ts'
import type { Check } from './check.ts'

/** Lines on either side of a changed one that belong to it. */
const BESIDE = 1

/** Names that stand on every other line tell nothing. */
const common = new Set(
  (
    'and async await class const def else export false for from function if import let none not null number or return ' +
    'self string the this true undefined value var while'
  ).split(' '),
)

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

function namesIn(text: string): string[] {
  return (text.match(/[A-Za-z_$][\w$]{2,}/g) ?? [])
    .map((name) => name.toLowerCase())
    .filter((name) => !common.has(name))
}
