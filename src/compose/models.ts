import { createPlaces, type InPlace } from '../base/concurrency.ts'
import { systemClock } from '../base/clock.ts'
import { errorMessage } from '../base/errors.ts'
import type { Budget } from '../budget/budget.ts'
import { budgetedModels } from '../budget/model.budgeted.ts'
import { estimatingModel } from '../budget/model.estimating.ts'
import { withOwnPrices } from '../budget/own-prices.ts'
import { createListPrices } from '../budget/prices.genai-prices.ts'
import type { Prices } from '../budget/prices.ts'
import type { AnswerCache } from '../cache/answer-cache.ts'
import { cachedModels } from '../cache/model.cached.ts'
import type { Config } from '../config.ts'
import type { ModelConfig } from '../config/choose-model.ts'
import { openModel } from '../llm/model.ai-sdk.ts'
import { breakingModel } from '../llm/model.breaking.ts'
import { fallbackModel } from '../llm/model.fallback.ts'
import { limitedModel } from '../llm/model.limited.ts'
import { retryingModel } from '../llm/model.retrying.ts'
import { sharedModel, type ModelSource } from '../llm/model-source.ts'
import type { RateLimiter } from '../limits/rate-limiter.ts'
import type { Model } from '../llm/model.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { accountOf, modelWithinLimits } from './limits.ts'

/** What stands around the model. Only the limiter does where there is no store: on the command line. */
export interface ModelSurroundings {
  readonly limiter: RateLimiter
  readonly cache?: AnswerCache
  readonly budget?: Budget
  readonly metrics?: Metrics
  readonly log?: Logger
  /** Where runs can wait for a model that is out, they do. On the command line a person is waiting, and is told at once. */
  readonly waitsWhileOut?: true
}

/**
 * The models as runs ask them, undefined when none is configured. A question goes through, from the engine's record of
 * it inwards: the model whose turn it is, and of that one the cache, the caps, the breaker, retries, the bound on questions
 * under way, the limits of the account, the provider. The cache comes first, so that an answer that is known waits for nothing and costs
 * nothing, also while its model is out; retries stand outside of the bound, so that nobody who waits out a fault holds a place; the limits
 * stand within it, for a question has to be asked at the time of its place.
 */
export function openModels(
  config: Pick<Config, 'llm' | 'cache' | 'spending'>,
  surroundings: ModelSurroundings,
): ModelSource | undefined {
  const { llm } = config
  if (!llm) return undefined
  const placesOf = placesOfAccounts()
  const open = (llm: ModelConfig): ModelSource => openSource({ ...config, llm }, placesOf(llm), surroundings)
  const first = open(llm)
  const others = (llm.fallbacks ?? []).map(open)
  return {
    id: first.id,
    forRun: (scope) => fallbackModel([first.forRun(scope), ...others.map((other) => other.forRun(scope))]),
  }
}

/** The places for questions under way: models of one account share them. */
function placesOfAccounts(): (llm: ModelConfig) => InPlace {
  const known = new Map<string, InPlace>()
  return (llm) => {
    const account = accountOf(llm)
    const places = known.get(account) ?? createPlaces(llm.concurrency)
    known.set(account, places)
    return places
  }
}

function openSource(
  config: Pick<Config, 'cache' | 'spending'> & { readonly llm: ModelConfig },
  places: InPlace,
  surroundings: ModelSurroundings,
): ModelSource {
  const { llm, cache: caching } = config
  const model = whileItIsOut(openConfiguredModel(llm, surroundings, places), surroundings)
  const models = withinCaps(sharedModel(model), config, surroundings)
  const { cache, metrics, log } = surroundings
  if (!caching || !cache) return models
  return cachedModels(models, {
    cache,
    asked: {
      provider: llm.provider,
      model: llm.model,
      ...(llm.baseUrl !== undefined && { baseUrl: llm.baseUrl }),
      parameters: { followsSchema: llm.followsSchema },
    },
    scope: caching.scope,
    ttlMs: caching.ttlMs,
    clock: systemClock,
    random: Math.random,
    observer: {
      lookup: (lookup) => metrics?.cacheLookup(lookup),
      badEntry: () => metrics?.cacheBadEntry(),
      error: (operation, error) => {
        metrics?.cacheError(operation)
        log?.debug({ operation, reason: errorMessage(error) }, 'the cache failed')
      },
    },
  })
}

function whileItIsOut(model: Model, { waitsWhileOut, log }: ModelSurroundings): Model {
  if (!waitsWhileOut) return model
  return breakingModel(model, {
    clock: systemClock,
    onOpen: ({ reason, until, needsPerson }) => {
      const outage = { model: model.id, reason, until }
      if (needsPerson) log?.error(outage, 'the model refuses our account: runs wait until somebody mends it')
      else log?.warn(outage, 'the model is out: runs wait for it')
    },
    onClose: () => log?.info({ model: model.id }, 'the model answers again'),
  })
}

/** What the configured models cost. */
export function openPrices({ llm, spending }: Pick<Config, 'llm' | 'spending'>): Prices {
  const all = llm ? [llm, ...(llm.fallbacks ?? [])] : []
  const baseUrls = all.flatMap(({ provider, model, baseUrl }) =>
    baseUrl === undefined ? [] : [[`${provider}/${model}`, baseUrl] as const],
  )
  return withOwnPrices(createListPrices(new Map(baseUrls)), spending.prices)
}

function withinCaps(
  models: ModelSource,
  { llm, spending }: Pick<Config, 'llm' | 'spending'>,
  { budget, metrics, log }: ModelSurroundings,
): ModelSource {
  if (!llm || !budget) return models
  return budgetedModels(models, {
    budget,
    caps: spending.caps,
    prices: openPrices({ llm, spending }),
    clock: systemClock,
    random: Math.random,
    observer: {
      refused: (scope, measure) => metrics?.overCap(scope, measure),
      unsettled: (error) =>
        log?.warn({ reason: errorMessage(error) }, 'what a question cost could not be counted'),
      unextended: (error) =>
        log?.warn({ reason: errorMessage(error) }, 'what a question set aside could not be held longer'),
    },
  })
}

/** One model, its tokens counted, bounded, within its limits, and asked again by our policy. */
export function openConfiguredModel(
  llm: ModelConfig,
  { limiter, metrics }: Pick<ModelSurroundings, 'limiter' | 'metrics'>,
  places = createPlaces(llm.concurrency),
): Model {
  const counted = estimatingModel(openModel(llm))
  const model = limitedModel(modelWithinLimits(counted, llm, limiter, metrics), places)
  return retryingModel(model, { clock: systemClock, random: Math.random })
}
