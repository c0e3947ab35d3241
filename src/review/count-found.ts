import type { AnalysersOutcome } from './find-with-analysers.ts'
import type { Examined } from './judge/policy.ts'
import type { ReviewedUnit } from './review-unit.ts'
import type { RunEvent } from './run-store.ts'

/** What was found and what second looks made of it, in the words of a run's timeline. */
export function countFound(
  analysed: AnalysersOutcome,
  units: readonly ReviewedUnit[],
  acrossUnits: readonly Examined[] = [],
): RunEvent['detail'] {
  const byModel = [...units.flatMap(({ examined }) => examined), ...acrossUnits]
  const looks = byModel.flatMap(({ look }) => (look ? [look.verification] : []))
  const count = (verdict: (typeof looks)[number]['verdict']): number =>
    looks.filter((look) => look.verdict === verdict && look.model !== undefined).length
  return {
    'by analysers': analysed.candidates.length,
    'by model': byModel.length,
    ...(looks.length > 0 && {
      confirmed: count('confirmed'),
      refuted: count('refuted'),
      unsure: count('unsure'),
      'without a verdict': looks.filter(({ model }) => model === undefined).length,
    }),
    'failed units': units.filter(({ failure }) => failure !== undefined).length,
  }
}
