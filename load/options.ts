import { z } from 'zod'

const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const share = z.coerce.number().min(0).max(1)

/** `90s`, `5m` or `2h`, in milliseconds. */
const duration = z
  .string()
  .regex(/^\d+(?:s|m|h)$/, 'is not a time span such as 90s, 5m or 2h')
  .transform((text) => Number.parseInt(text) * ({ s: 1_000, m: 60_000, h: 3_600_000 }[text.slice(-1)] ?? 0))

/** What the command line says, as texts. */
export const loadOptions = z.object({
  /** Pull requests of each level; the levels follow each other. */
  prs: z
    .string()
    .transform((list) => list.split(',').map(Number))
    .pipe(z.array(z.int().min(1).max(5_000)).min(1)),
  /** Processes of `lorgnette work`. */
  workers: count(1, 16),
  /** Runs at once in each of them. */
  concurrency: count(1, 100),
  /** Questions at once of one run. */
  unitConcurrency: count(1, 32),
  /** Questions at once of one process. */
  modelConcurrency: count(1, 200),
  modelLatency: count(0, 60_000),
  githubLatency: count(0, 10_000),
  effort: z.enum(['quick', 'standard']),
  /** `fixed`: 10 files and 400 added lines; `spread`: as pull requests of open-source projects are. */
  sizes: z.enum(['fixed', 'spread']),
  /** Deliveries of a level come within so many milliseconds; 0 sends them at once. */
  over: count(0, 3_600_000),
  /** Share of the pull requests that are pushed to while they may be under review. */
  pushes: share,
  /** Share of the deliveries that GitHub makes twice. */
  redeliveries: share,
  /** Share of the pull requests of which one question is first answered with 429. */
  modelLimits: share,
  /** Share of the pull requests of which one call to GitHub is first answered with 502. */
  githubErrors: share,
  /** Share of the pull requests of which one write to GitHub meets its secondary limit. */
  githubLimits: share,
  /** Whether GitHub limits writes that make content (80 in a minute, 500 in an hour), and the product keeps to it. */
  contentLimits: z.boolean(),
  /** Deliveries come evenly for so long, and memory, handles and connections must not grow. */
  soak: duration.optional(),
  seed: z.string(),
})

export type LoadOptions = z.infer<typeof loadOptions>

/** Deliveries of a soak that come in a minute. */
export const SOAK_PER_MINUTE = 60

/** The levels to play: how many pull requests, and within how many milliseconds their deliveries come. */
export function levelsOf({ prs, over, soak }: LoadOptions): readonly { prs: number; overMs: number }[] {
  if (soak === undefined) return prs.map((count) => ({ prs: count, overMs: over }))
  return [{ prs: Math.max(1, Math.round((soak / 60_000) * SOAK_PER_MINUTE)), overMs: soak }]
}
