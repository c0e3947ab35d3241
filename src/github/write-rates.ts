import type { Limit } from '../limits/rate-limiter.ts'

/**
 * Content writes of one installation, in any minute and any hour; Infinity where nobody counts. On github.com 80 and 500.
 * Source: GitHub REST, "Rate limits for the REST API", "About secondary rate limits".
 */
export interface WriteRates {
  readonly perMinute: number
  readonly perHour: number
}

export function limitsOfWrites({ perMinute, perHour }: WriteRates): readonly Limit[] {
  const limits: readonly Limit[] = [
    { of: 'calls', max: perMinute, windowMs: 60_000 },
    { of: 'calls', max: perHour, windowMs: 3_600_000 },
  ]
  return limits.filter(({ max }) => max !== Infinity)
}
