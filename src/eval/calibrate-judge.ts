import { mapBounded } from '../base/concurrency.ts'
import { errorMessage, isAbort } from '../base/errors.ts'
import type { Model, Usage } from '../llm/model.ts'
import { agreement, type Agreement } from './agreement.ts'
import { judgeStatements } from './judge-statements.ts'
import { meteredModel } from './metered-model.ts'
import type { CalibrationItem } from './read-calibration.ts'

/** How a judge compares with others who judged the same: the JSON of `lorgnette eval judge`. */
export interface CalibrationReport {
  readonly version: 1
  readonly judge: string
  readonly items: number
  /** Items that were not judged: the judge failed, or they wait for an answer. */
  readonly unjudged: number
  /** With each of the others. A decision is whether any comment of a review names one problem. */
  readonly withJudge: Readonly<Record<string, Agreement>>
  /** With what most of the others say; decisions on which they are even are left out. */
  readonly withMajority: Agreement
  /** The others among themselves: as much as can be hoped for. */
  readonly amongOthers: Readonly<Record<string, Agreement>>
  readonly usage: Usage
  readonly failures: readonly string[]
}

export interface CalibrationOptions {
  readonly judge: Model
  readonly concurrency: number
}

/** Lets a judge decide what others decided before, and says how far it agrees. What fails costs its item alone. */
export async function calibrateJudge(
  items: readonly CalibrationItem[],
  { judge, concurrency }: CalibrationOptions,
  signal: AbortSignal,
): Promise<CalibrationReport> {
  const { model, meters } = meteredModel(judge)
  const failures: string[] = []
  const judged = await mapBounded(
    items,
    concurrency,
    async (item) => {
      try {
        const named = await judgeStatements(
          item.problems.map((text) => ({ text })),
          item.comments.map((text) => ({ text })),
          (question) => model.ask(question, signal),
        )
        return { item, decisions: named.map((comments) => comments.length > 0) }
      } catch (error) {
        if (isAbort(error)) throw error
        failures.push(`${item.id}: ${errorMessage(error)}`)
        return undefined
      }
    },
    signal,
  )
  const decided = judged
    .filter((entry) => entry !== undefined)
    .flatMap(({ item, decisions }) =>
      item.verdicts.map((others, index) => ({ ours: decisions[index] ?? false, others })),
    )
  const names = [...new Set(decided.flatMap(({ others }) => Object.keys(others)))].toSorted()
  return {
    version: 1,
    judge: judge.id,
    items: items.length,
    unjudged: failures.length,
    withJudge: Object.fromEntries(
      names.map((name) => [
        name,
        agreement(
          decided.flatMap(({ ours, others }) => (others[name] === undefined ? [] : [[ours, others[name]]])),
        ),
      ]),
    ),
    withMajority: agreement(
      decided.flatMap(({ ours, others }) => {
        const most = majority(Object.values(others))
        return most === undefined ? [] : [[ours, most]]
      }),
    ),
    amongOthers: Object.fromEntries(
      names.flatMap((first, index) =>
        names.slice(index + 1).map((second) => [
          `${first} and ${second}`,
          agreement(
            decided.flatMap(({ others }) => {
              const [one, other] = [others[first], others[second]]
              return one === undefined || other === undefined ? [] : [[one, other]]
            }),
          ),
        ]),
      ),
    ),
    usage: meters.judge?.usage ?? { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
    failures,
  }
}

function majority(verdicts: readonly boolean[]): boolean | undefined {
  const yes = verdicts.filter(Boolean).length
  return yes * 2 === verdicts.length ? undefined : yes * 2 > verdicts.length
}
