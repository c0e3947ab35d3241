import type { Examined } from '../judge/policy.ts'
import type { SelectedFile } from '../select.ts'
import type { OverBudgetUnit } from '../units.ts'
import type { WholeChangeMatter } from './whole-change-question.ts'

/**
 * What a reading as a whole is told beside the units: the files of the change that it cannot be shown, in their order by
 * path, and what the units brought to light. That is the same whatever second looks said.
 */
export function besideWhole(
  files: readonly SelectedFile[],
  overBudget: readonly OverBudgetUnit[],
  found: readonly Examined[],
): Pick<WholeChangeMatter, 'notShown' | 'reported'> {
  const unread = new Map(overBudget.map(({ path, reason }) => [path, reason]))
  const notShown = files.flatMap(({ file: { diff }, selection }) => {
    const reason = selection.kind === 'review' ? unread.get(diff.path) : selection.reason
    return reason === undefined ? [] : [{ path: diff.path, reason }]
  })
  return {
    notShown: notShown.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    reported: found.flatMap(({ candidate: { path, title }, refusal }) => (refusal ? [] : [{ path, title }])),
  }
}
