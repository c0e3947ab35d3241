import { checkSyntax } from '../../src/analysis/check-syntax.ts'
import { scanSecrets } from '../../src/analysis/secret-scanner.ts'
import { systemClock } from '../../src/base/clock.ts'
import { randomIds } from '../../src/base/ids.ts'
import { ownRateLimiter } from '../../src/compose/limits.ts'
import { openModels } from '../../src/compose/models.ts'
import type { AnswerCache } from '../../src/cache/answer-cache.ts'
import type { Change } from '../../src/review/change.ts'
import type { Finding } from '../../src/review/finding.ts'
import type { ModelCall } from '../../src/review/model-call.ts'
import { createReviewChange, type ReviewChange } from '../../src/review/review-change.ts'
import { defaultReviewSettings } from '../../src/review/review-settings.ts'

/** A review of a push, as far as money is concerned. */
export interface ReplayedReview {
  readonly calls: readonly ModelCall[]
  /** What it found, without what differs from one review of the same to another. */
  readonly findings: readonly string[]
}

export type Replay = (
  change: Change,
  scope: { readonly repository: string; readonly pullRequest: number },
) => Promise<ReplayedReview>

/** The engine as the product composes it, with the emulator as its model. Analysers ask no model, so there are none. */
export function openReplay(baseUrl: string, cache: AnswerCache | undefined, signal: AbortSignal): Replay {
  const llm = {
    provider: 'openai-compatible',
    model: 'scripted',
    baseUrl,
    apiKey: 'sk-replay',
    timeoutMs: 60_000,
    concurrency: 8,
    followsSchema: true,
  } as const
  const models = openModels(
    {
      llm,
      spending: { caps: {}, prices: [] },
      ...(cache && { cache: { scope: 'installation', ttlMs: 7 * 86_400_000 } }),
    },
    { limiter: ownRateLimiter(), ...(cache && { cache }) },
  )
  const reviewChange: ReviewChange = createReviewChange({
    analysers: [],
    scanSecrets,
    checkSyntax,
    settings: defaultReviewSettings,
    clock: systemClock,
    newId: randomIds,
    ...(models && { models }),
  })
  return async (change, { repository, pullRequest }) => {
    const calls: ModelCall[] = []
    const observer = { event: () => undefined, call: (call: ModelCall) => void calls.push(call) }
    const scope = { tenant: '1', repository, pullRequest, runId: randomIds() }
    const { findings } = await reviewChange(change, scope, observer, signal)
    return { calls, findings: findings.map(describeFinding).toSorted() }
  }
}

function describeFinding({ path, anchor, title, severity, verdict }: Finding): string {
  const { kind } = verdict
  const place = kind === 'posted' ? verdict.place : kind === 'dropped' ? verdict.reason : ''
  return JSON.stringify([path, anchor ?? null, title, severity, kind, place])
}
