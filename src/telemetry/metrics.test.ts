import { expect, test } from 'vitest'
import { openMetrics, type ReviewCounts } from './metrics.ts'

test('what is counted is found in the text, with the labels that tell it apart', async () => {
  const metrics = openMetrics()
  metrics.delivery('review')
  metrics.delivery('ignored', 'draft')
  metrics.delivery('ignored', 'draft')
  metrics.acknowledged(0.004)
  metrics.job('review', 'completed')
  metrics.run('completed', 12)
  metrics.runWaited(0.2)
  metrics.findings('dropped', 'outside-diff', 3)
  metrics.githubCall('rate-limited')
  metrics.commentsPosted(2)
  metrics.cacheLookup('bad-entry')
  metrics.cacheBadEntry()
  metrics.cacheError('keep')
  const lines = (await metrics.text()).split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'lorgnette_deliveries_total{outcome="review",reason=""} 1',
      'lorgnette_deliveries_total{outcome="ignored",reason="draft"} 2',
      'lorgnette_delivery_acknowledgement_seconds_bucket{le="0.002"} 0',
      'lorgnette_delivery_acknowledgement_seconds_bucket{le="0.005"} 1',
      'lorgnette_jobs_total{kind="review",outcome="completed"} 1',
      'lorgnette_run_duration_seconds_sum{outcome="completed"} 12',
      'lorgnette_run_queue_wait_seconds_count 1',
      'lorgnette_findings_total{verdict="dropped",reason="outside-diff"} 3',
      'lorgnette_github_calls_total{outcome="rate-limited"} 1',
      'lorgnette_comments_posted_total 2',
      'lorgnette_cache_lookups_total{outcome="bad-entry"} 1',
      'lorgnette_cache_bad_entries_total 1',
      'lorgnette_cache_errors_total{operation="keep"} 1',
    ]),
  )
})

test('tokens are counted once: cached ones are not input ones as well', async () => {
  const metrics = openMetrics()
  metrics.modelCall({
    purpose: 'find',
    outcome: 'answered',
    source: 'model',
    seconds: 3,
    inputTokens: 1_000,
    cachedInputTokens: 900,
    outputTokens: 50,
  })
  const lines = (await metrics.text()).split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'lorgnette_model_tokens_total{kind="input",outcome="answered",source="model"} 100',
      'lorgnette_model_tokens_total{kind="cached-input",outcome="answered",source="model"} 900',
      'lorgnette_model_tokens_total{kind="output",outcome="answered",source="model"} 50',
      'lorgnette_model_call_seconds_count{purpose="find",outcome="answered",source="model"} 1',
    ]),
  )
})

test('what an answer from the cache had cost is counted apart from what was paid', async () => {
  const metrics = openMetrics()
  const call = { purpose: 'find', outcome: 'answered', seconds: 3, cachedInputTokens: 0 } as const
  metrics.modelCall({ ...call, source: 'model', inputTokens: 10, outputTokens: 1 })
  metrics.modelCall({ ...call, source: 'cache', inputTokens: 700, outputTokens: 70, cost: 1_500_000 })
  metrics.overCap('day', 'tokens')
  const lines = (await metrics.text()).split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'lorgnette_model_tokens_total{kind="input",outcome="answered",source="model"} 10',
      'lorgnette_model_tokens_total{kind="input",outcome="answered",source="cache"} 700',
      'lorgnette_model_tokens_total{kind="output",outcome="answered",source="cache"} 70',
      'lorgnette_model_cost_dollars_total{source="cache"} 1.5',
      'lorgnette_model_calls_without_price_total{source="model"} 1',
      'lorgnette_over_cap_total{scope="day",measure="tokens"} 1',
    ]),
  )
})

test('two sets of metrics in one process do not mix, and each knows the process', async () => {
  const one = openMetrics()
  const two = openMetrics()
  one.commentsPosted(5)
  expect(await two.text()).toContain('lorgnette_comments_posted_total 0')
  expect(await two.text()).toContain('process_resident_memory_bytes')
})

test('how the reviews stand is read for every scrape, and not shown when nobody knows', async () => {
  const metrics = openMetrics()
  let counts: Promise<ReviewCounts | undefined> = Promise.resolve(undefined)
  let asked = 0
  metrics.reviews(() => {
    asked++
    return counts
  })
  expect(await metrics.text()).not.toMatch(/^lorgnette_reviews_/m)

  const countedAt = new Date('2026-01-01T00:00:00Z')
  counts = Promise.resolve({ owed: 5, delivered: 3, missing: 1, countedAt })
  const text = await metrics.text()
  expect(text).toMatch(/^lorgnette_reviews_owed 5$/m)
  expect(text).toMatch(/^lorgnette_reviews_delivered 3$/m)
  expect(text).toMatch(/^lorgnette_reviews_silently_missing 1$/m)
  expect(text).toMatch(
    new RegExp(`^lorgnette_reviews_counted_timestamp_seconds ${countedAt.getTime() / 1_000}$`, 'm'),
  )
  expect(asked).toBe(2)

  counts = Promise.reject(new Error('the store is away'))
  expect(await metrics.text()).not.toMatch(/^lorgnette_reviews_/m)
})

test('how far caps are used is a share for each, and not shown when nobody knows', async () => {
  const metrics = openMetrics()
  const cap = { scope: 'day', measure: 'money', limit: 2_000_000, spent: 500_000, reserved: 100_000 } as const
  let caps = Promise.resolve([cap])
  metrics.caps(() => caps)
  const text = await metrics.text()
  expect(text).toContain('lorgnette_cap_spent_ratio{scope="day",measure="money"} 0.25\n')
  expect(text).toContain('lorgnette_cap_reserved_ratio{scope="day",measure="money"} 0.05\n')
  caps = Promise.reject(new Error('the store is away'))
  expect(await metrics.text()).not.toMatch(/^lorgnette_cap_/m)
})
