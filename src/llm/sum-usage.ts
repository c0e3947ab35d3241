import type { Usage } from './model.ts'

/** What two questions took together. */
export function sumUsage(one: Usage, other: Usage): Usage {
  const written = (one.cacheWriteInputTokens ?? 0) + (other.cacheWriteInputTokens ?? 0)
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
    ...(written > 0 && { cacheWriteInputTokens: written }),
    outputTokens: one.outputTokens + other.outputTokens,
    ...((one.isEstimated || other.isEstimated) && { isEstimated: true }),
  }
}
