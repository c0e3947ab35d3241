import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { ErrorKind } from '../base/errors.ts'

/** Why a webhook request was refused, or what it led to. */
export type DeliveryOutcome =
  | 'review'
  | 'cancel'
  | 'note'
  | 'ignored'
  | 'duplicate'
  | 'refused'
  | 'unavailable'

export type JobOutcome =
  | 'completed'
  | 'retried'
  | 'rate-limited'
  | 'not-begun'
  | 'handed-back'
  | 'buried'
  | 'lease-lost'

export type RunOutcome = 'completed' | 'failed' | 'skipped' | 'superseded'

/**
 * What the reconciler mended: a job that the queue lost, an open head without a run, a dead worker's hold, a delivery, a
 * head that GitHub lists and no delivery told of.
 */
export type Mended = 'job' | 'head' | 'hold' | 'delivery' | 'listed'

/** How the open heads stand that the rules say to review. */
export interface ReviewCounts {
  readonly owed: number
  readonly delivered: number
  readonly missing: number
  readonly countedAt: Date
}

/** How far a cap is used that all runs share: in micro-dollars, or tokens. */
export interface CapCounts {
  readonly scope: string
  readonly measure: 'money' | 'tokens'
  readonly limit: number
  readonly spent: number
  readonly reserved: number
}

export type CacheOperation = 'take' | 'extend' | 'keep' | 'give-up' | 'remove'

export type CallOutcome = 'ok' | ErrorKind

/**
 * Everything that is counted, in the words of those who count. Labels are bounded: outcomes, kinds and reasons of the
 * program itself, never the name of a repository, a branch, a person or a path. Durations are in seconds.
 */
export interface Metrics {
  /** `reason` is one of the program's own words, empty where the outcome says it all. */
  delivery(outcome: DeliveryOutcome, reason?: string): void
  /** From the headers of a webhook request to its answer. */
  acknowledged(seconds: number): void
  job(kind: string, outcome: JobOutcome): void
  /** From taking a run up to its end. */
  run(outcome: RunOutcome, seconds: number): void
  /** From enqueueing a run to taking it up for the first time. */
  runWaited(seconds: number): void
  modelCall(call: {
    readonly purpose: string
    readonly outcome: 'answered' | 'unusable' | 'failed'
    /** The tokens of an answer from the cache were saved, not paid. */
    readonly source: 'model' | 'cache'
    readonly seconds: number
    readonly inputTokens: number
    readonly cachedInputTokens: number
    readonly outputTokens: number
    /** Micro-dollars; absent when the price is not known. */
    readonly cost?: number
  }): void
  /** Once for each question that the cache stands before. */
  cacheLookup(lookup: 'hit' | 'wait' | 'miss' | 'bad-entry' | 'error'): void
  /** An entry that could not be read, and was removed. */
  cacheBadEntry(): void
  cacheError(operation: CacheOperation): void
  /** A question was not asked because what may be spent is spent, by the scope of the cap and what it counts. */
  overCap(scope: string, measure: 'money' | 'tokens'): void
  /** `verdict` is `posted`, `merged` or `dropped`; `reason` the place, or why it was dropped. */
  findings(verdict: 'posted' | 'merged' | 'dropped', reason: string, count?: number): void
  githubCall(outcome: CallOutcome): void
  commentsPosted(count: number): void
  mended(what: Mended, count: number): void
  /** Shows these counts, read anew for every scrape. Nothing is shown before there are any, or when they cannot be read. */
  reviews(read: () => Promise<ReviewCounts | undefined>): void
  /** Shows how far these are used, read anew for every scrape, as above. */
  caps(read: () => Promise<readonly CapCounts[]>): void
  /** A wait for a place within the limits of others: of GitHub's reads or writes, or of the model. */
  limitWait(what: 'github-read' | 'github-write' | 'model', seconds: number): void
  /** All of it in the Prometheus text format. */
  text(): Promise<string>
  readonly contentType: string
}

/** Metrics of their own registry, with the default ones of the process. */
export function openMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> =>
    new Counter({ name: `lorgnette_${name}`, help, labelNames: [...labelNames], registers })
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly Label[] = [],
  ): Histogram<Label> =>
    new Histogram({ name: `lorgnette_${name}`, help, buckets, labelNames: [...labelNames], registers })

  const deliveries = counter('deliveries_total', 'Webhook deliveries by what followed.', [
    'outcome',
    'reason',
  ])
  const acknowledgement = histogram(
    'delivery_acknowledgement_seconds',
    'Time from a webhook request to its answer.',
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
  )
  const jobs = counter('jobs_total', 'Attempts at jobs by how they ended.', ['kind', 'outcome'])
  const runs = histogram(
    'run_duration_seconds',
    'Time from taking a run up to its end.',
    [0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300, 600, 1800],
    ['outcome'],
  )
  const waits = histogram(
    'run_queue_wait_seconds',
    'Time from enqueueing a run to taking it up.',
    [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800],
  )
  const modelCalls = histogram(
    'model_call_seconds',
    'Questions to the model by purpose, outcome, and who answered.',
    [0.25, 0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300],
    ['purpose', 'outcome', 'source'],
  )
  const modelTokens = counter('model_tokens_total', 'Tokens: paid (source model) and saved (source cache).', [
    'kind',
    'outcome',
    'source',
  ])
  const modelCost = counter(
    'model_cost_dollars_total',
    'Money: paid (source model) and saved (source cache).',
    ['source'],
  )
  const unpriced = counter(
    'model_calls_without_price_total',
    'Questions whose cost is not known, by who answered.',
    ['source'],
  )
  const overCaps = counter('over_cap_total', 'Questions that were not asked because of a cap.', [
    'scope',
    'measure',
  ])
  const cacheLookups = counter('cache_lookups_total', 'Questions by what the cache had to do with them.', [
    'outcome',
  ])
  const badEntries = counter('cache_bad_entries_total', 'Kept answers that could not be read.')
  const cacheErrors = counter(
    'cache_errors_total',
    'Failures of the cache: the model was asked without it.',
    ['operation'],
  )
  const findings = counter('findings_total', 'Candidates by what became of them.', ['verdict', 'reason'])
  const githubCalls = counter('github_calls_total', 'Requests to GitHub by outcome.', ['outcome'])
  const limitWaits = histogram(
    'limit_wait_seconds',
    'Waits for a place within the limits of GitHub and of the model.',
    [0.1, 0.5, 1, 2, 5, 10, 30, 60],
    ['what'],
  )
  const comments = counter('comments_posted_total', 'Comments posted on pull requests.')
  const mended = counter('reconciler_mended_total', 'What the reconciler found amiss and mended, by kind.', [
    'kind',
  ])

  return {
    delivery: (outcome, reason = '') => deliveries.inc({ outcome, reason }),
    acknowledged: (seconds) => acknowledgement.observe(seconds),
    job: (kind, outcome) => jobs.inc({ kind, outcome }),
    run: (outcome, seconds) => runs.observe({ outcome }, seconds),
    runWaited: (seconds) => waits.observe(seconds),
    modelCall: ({ purpose, outcome, source, seconds, cost, ...usage }) => {
      const { inputTokens, cachedInputTokens, outputTokens } = usage
      modelCalls.observe({ purpose, outcome, source }, seconds)
      modelTokens.inc({ kind: 'input', outcome, source }, inputTokens - cachedInputTokens)
      modelTokens.inc({ kind: 'cached-input', outcome, source }, cachedInputTokens)
      modelTokens.inc({ kind: 'output', outcome, source }, outputTokens)
      if (cost !== undefined) modelCost.inc({ source }, cost / 1_000_000)
      else if (inputTokens + outputTokens > 0) unpriced.inc({ source })
    },
    overCap: (scope, measure) => overCaps.inc({ scope, measure }),
    cacheLookup: (outcome) => cacheLookups.inc({ outcome }),
    cacheBadEntry: () => badEntries.inc(),
    cacheError: (operation) => cacheErrors.inc({ operation }),
    findings: (verdict, reason, count = 1) => findings.inc({ verdict, reason }, count),
    githubCall: (outcome) => githubCalls.inc({ outcome }),
    commentsPosted: (count) => comments.inc(count),
    mended: (kind, count) => mended.inc({ kind }, count),
    reviews: (read) => showReviews(registry, read),
    caps: (read) => showCaps(registry, read),
    limitWait: (what, seconds) => limitWaits.observe({ what }, seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

function showReviews(registry: Registry, read: () => Promise<ReviewCounts | undefined>): void {
  const gauges: readonly [name: string, help: string, value: (counts: ReviewCounts) => number][] = [
    [
      'reviews_owed',
      "Open pull requests whose head the rules say to review, as far as deliveries or GitHub's lists told of them. Counted by the reconciler.",
      ({ owed }) => owed,
    ],
    [
      'reviews_delivered',
      'Those of reviews_owed whose head has its receipt: reviewed, skipped, or failed and said so.',
      ({ delivered }) => delivered,
    ],
    [
      'reviews_silently_missing',
      'Those of reviews_owed with neither a receipt nor a run on its way to one, before the reconciler mended it. Anything but 0 for longer than a sweep is a fault of the system.',
      ({ missing }) => missing,
    ],
    [
      'reviews_counted_timestamp_seconds',
      'When the reconciler counted reviews_owed and the others. Stands still when nobody reconciles.',
      ({ countedAt }) => countedAt.getTime() / 1_000,
    ],
  ]
  const once = oncePerScrape(read)
  for (const [name, help, value] of gauges) {
    const gauge = new Gauge({
      name: `lorgnette_${name}`,
      help,
      registers: [],
      async collect() {
        const counts = await once()
        if (counts) this.set(value(counts))
        else this.remove()
      },
    })
    registry.registerMetric(gauge)
  }
}

function showCaps(registry: Registry, read: () => Promise<readonly CapCounts[]>): void {
  const gauges: readonly [name: string, help: string, value: (cap: CapCounts) => number][] = [
    [
      'cap_spent_ratio',
      'The part of a cap that is spent, from 0 to 1: above 0.7, 0.8 and 0.9 reviews leave something out, at 1 nothing is asked.',
      ({ spent, limit }) => spent / limit,
    ],
    [
      'cap_reserved_ratio',
      'The part of a cap that is set aside for questions under way: at most so much comes on top.',
      ({ reserved, limit }) => reserved / limit,
    ],
  ]
  const once = oncePerScrape(read)
  for (const [name, help, value] of gauges) {
    const gauge = new Gauge({
      name: `lorgnette_${name}`,
      help,
      labelNames: ['scope', 'measure'],
      registers: [],
      async collect() {
        this.reset()
        for (const cap of (await once()) ?? []) {
          this.set({ scope: cap.scope, measure: cap.measure }, value(cap))
        }
      },
    })
    registry.registerMetric(gauge)
  }
}

/** One question for each scrape, whatever the number of gauges. Undefined when it has no answer. */
function oncePerScrape<Counts>(read: () => Promise<Counts>): () => Promise<Counts | undefined> {
  let asked: Promise<Counts | undefined> | undefined
  return () =>
    (asked ??= read()
      .catch(() => undefined)
      .finally(() => queueMicrotask(() => (asked = undefined))))
}
