import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Limit, RateLimiter, Reservation } from './rate-limiter.ts'
import { LATENESS_MS } from './rate-limiter.ts'

export interface RateLimiterUnderTest {
  readonly limiter: RateLimiter
  readonly advance: (ms: number) => void
  readonly close: () => Promise<void>
}

const minute = 60_000
const calls = (max: number, windowMs = minute): Limit => ({ of: 'calls', max, windowMs })
const tokens = (max: number, windowMs = minute): Limit => ({ of: 'cost', max, windowMs })

/** What every adapter of the rate limiter promises. */
export function rateLimiterContract(open: () => Promise<RateLimiterUnderTest>): void {
  let opened: RateLimiterUnderTest
  let keys = 0
  let key = ''
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  const withKey = (): string => (key = `key ${++keys}`)
  const reserve = (limits: readonly Limit[], cost = 0, held?: Reservation): Promise<Reservation> =>
    opened.limiter.reserve({ key, cost, limits }, held)
  const waits = async (times: number, limits: readonly Limit[], cost = 0): Promise<number[]> => {
    const all: number[] = []
    for (let i = 0; i < times; i++) all.push((await reserve(limits, cost)).waitMs)
    return all
  }

  test('calls within the limit go at once, the next ones when the first leave the window, in order', async () => {
    withKey()
    const behind = minute + LATENESS_MS
    expect(await waits(5, [calls(2)])).toEqual([0, 0, behind, behind, 2 * behind])
    opened.advance(behind)
    expect(await waits(1, [calls(2)])).toEqual([behind])
  })

  test('the strictest of several limits counts', async () => {
    withKey()
    expect(await waits(3, [calls(10), calls(1, 1_000)])).toEqual([0, 2_000, 4_000])
  })

  test('costs add up; a call that costs more than all waits until it is alone', async () => {
    withKey()
    const limits = [tokens(100)]
    const behind = minute + LATENESS_MS
    expect(await waits(2, limits, 50)).toEqual([0, 0])
    expect(await waits(1, limits, 1)).toEqual([behind])
    expect(await waits(1, limits, 1_000)).toEqual([2 * behind])
    expect(await waits(1, limits, 1)).toEqual([3 * behind])
  })

  test('a large call is not overtaken by a small one', async () => {
    withKey()
    await reserve([tokens(100)], 60)
    const [large] = await waits(1, [tokens(100)], 60)
    expect(await waits(1, [tokens(100)], 10)).toEqual([large])
  })

  test('keys do not know each other', async () => {
    withKey()
    await reserve([calls(1)])
    withKey()
    expect(await waits(1, [calls(1)])).toEqual([0])
  })

  test('who comes in time keeps the place; who comes late gets another', async () => {
    withKey()
    await reserve([calls(1)])
    const held = await reserve([calls(1)])
    opened.advance(held.waitMs + LATENESS_MS)
    expect(await reserve([calls(1)], 0, held)).toEqual({ ...held, waitMs: 0 })
    opened.advance(1)
    const moved = await reserve([calls(1)], 0, held)
    expect(moved.id).not.toBe(held.id)
    expect(moved.waitMs).toBe(0) // the window before it is empty by now
    expect(await waits(1, [calls(1)])).toEqual([minute + LATENESS_MS])
  })

  test('a place that is given back is free again', async () => {
    withKey()
    await opened.limiter.cancel(key, await reserve([calls(1)]))
    expect(await waits(1, [calls(1)])).toEqual([0])
    await opened.limiter.cancel(key, { id: '000000000000999:0:0', waitMs: 0 })
  })

  test('nobody calls during a pause, and a place from before it is moved; then one call a second, for a while', async () => {
    withKey()
    await reserve([calls(1)])
    const held = await reserve([calls(1)])
    opened.advance(held.waitMs)
    await opened.limiter.pause(key, { ms: 30_000, slowMs: 2_500 })
    await opened.limiter.pause(key, { ms: 10, slowMs: 0 })
    const limits = [calls(100)]
    const moved = await reserve(limits, 0, held)
    expect(moved.waitMs).toBe(30_000)
    expect(await waits(4, limits)).toEqual([31_000, 32_000, 33_000, 33_000])
  })

  test('a call that cost more than it asked for is charged to the next ones, and one that cost less pays back', async () => {
    withKey()
    const limits = [tokens(100)]
    await reserve(limits, 40)
    await opened.limiter.settle(key, 30)
    expect(await waits(1, limits, 30)).toEqual([0])
    expect((await waits(1, limits, 1))[0]).toBeGreaterThan(0)
    withKey()
    await reserve(limits, 90)
    await opened.limiter.settle(key, -90)
    expect(await waits(1, limits, 90)).toEqual([0])
    expect(await waits(1, limits, 90)).not.toEqual([0])
  })

  test('what calls pay back is worth no more than the places of the window, and ends with them', async () => {
    withKey()
    const limits = [tokens(100)]
    await reserve(limits, 90)
    await opened.limiter.settle(key, -90)
    opened.advance(minute + LATENESS_MS)
    expect(await waits(1, limits, 90)).toEqual([0])
    expect(await waits(1, limits, 90)).not.toEqual([0])
    withKey()
    await reserve(limits, 10)
    await opened.limiter.settle(key, -60)
    expect(await waits(1, limits, 100)).toEqual([0])
    expect(await waits(1, limits, 11)).not.toEqual([0])
  })

  describe('whatever is asked', () => {
    test('no window holds more than its limits allow, and nobody overtakes', async () => {
      const limit = fc.record({
        of: fc.constantFrom('calls' as const, 'cost' as const),
        max: fc.integer({ min: 1, max: 6 }),
        windowMs: fc.integer({ min: 1, max: 4 }).map((n) => n * 1_000),
      })
      const asks = fc.array(
        fc.record({ cost: fc.integer({ min: 0, max: 4 }), gapMs: fc.nat({ max: 3_000 }) }),
        {
          minLength: 1,
          maxLength: 25,
        },
      )
      await fc.assert(
        fc.asyncProperty(fc.array(limit, { minLength: 1, maxLength: 2 }), asks, async (limits, all) => {
          withKey()
          let now = 0
          const made: { at: number; cost: number }[] = []
          for (const { cost, gapMs } of all) {
            made.push({ at: now + (await reserve(limits, cost)).waitMs, cost })
            now += gapMs
            opened.advance(gapMs)
          }
          for (const [index, { at }] of made.entries()) {
            expect(at).toBeGreaterThanOrEqual(made[index - 1]?.at ?? 0)
            for (const { of, max, windowMs } of limits) {
              const before = made.slice(0, index).filter((other) => other.at > at - windowMs)
              const used = before.reduce((sum, other) => sum + (of === 'calls' ? 1 : other.cost), 0)
              const own = of === 'calls' ? 1 : Math.min(made[index]?.cost ?? 0, max)
              expect(used + own).toBeLessThanOrEqual(max)
            }
          }
        }),
        { numRuns: 25 },
      )
    })
  })
}
