import { createRandom } from '../chaos/random.ts'
import { changeSize } from './change-size.ts'
import type { LoadedPullRequest } from './history.ts'
import type { LoadOptions } from './options.ts'
import { writeFiles } from './write-files.ts'

/** What happens to one pull request of a level. Times in milliseconds since the level began. */
export interface ScenarioEntry extends LoadedPullRequest {
  readonly openedAtMs: number
  /** Its delivery comes again, so long after the first. */
  readonly redeliveredAfterMs?: number
  /** It is pushed to, so long after it was opened: that may be in mid-review. */
  readonly pushedAfterMs?: number
  /** After all else is quiet it is pushed to once more: what that costs is compared with its first review. */
  readonly pushedAtEnd: boolean
  /** How one of its calls to GitHub fails first. */
  readonly githubFault?: 'error' | 'secondary-limit'
}

/** Pull requests whose last push is measured. More would say the same. */
const MEASURED_PUSHES = 20

/** What a level is played with: follows from the options, the level's number and its size alone. */
export function planScenario(
  options: Pick<
    LoadOptions,
    'sizes' | 'pushes' | 'redeliveries' | 'githubErrors' | 'githubLimits' | 'modelLatency' | 'seed'
  >,
  level: { readonly index: number; readonly prs: number; readonly overMs: number },
): readonly ScenarioEntry[] {
  const { prs, overMs, index } = level
  const random = createRandom(`${options.seed}/${index}`)
  const step = prs > 1 ? overMs / (prs - 1) : 0
  return Array.from({ length: prs }, (_, at) => {
    const number = at + 1
    const files = writeFiles(index, number, changeSize(options.sizes, random))
    const isPushed = random.chance(options.pushes)
    const isRedelivered = random.chance(options.redeliveries)
    const meetsError = random.chance(options.githubErrors)
    const meetsLimit = random.chance(options.githubLimits)
    // Enough that the review has begun when it is alone, and not enough that it has ended.
    const pushedAfterMs = random.between(options.modelLatency, 2 * options.modelLatency)
    const redeliveredAfterMs = random.between(0, 2_000)
    const pushedAtEnd = number <= MEASURED_PUSHES
    return {
      number,
      files,
      pushes: (isPushed ? 1 : 0) + (pushedAtEnd ? 1 : 0),
      openedAtMs: step * at,
      pushedAtEnd,
      ...(isPushed && { pushedAfterMs }),
      ...(isRedelivered && { redeliveredAfterMs }),
      ...(meetsLimit ? { githubFault: 'secondary-limit' } : meetsError ? { githubFault: 'error' } : {}),
    }
  })
}
