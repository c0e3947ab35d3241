import type { Clock } from '../base/clock.ts'
import { isReadable } from '../llm/is-readable.ts'
import type { Answer, CacheLookup, Model, Question } from '../llm/model.ts'
import type { ModelSource, RunScope } from '../llm/model-source.ts'
import type { AnswerCache } from './answer-cache.ts'
import { encodeEntry } from './answer-entry.ts'
import { answerKey, type AskedModel, type KeyedQuestion } from './answer-key.ts'
import { askUnderLease } from './ask-under-lease.ts'
import { createFlights } from './flights.ts'
import { lookUp, type CacheObserver } from './look-up.ts'

export interface CachedModelsOptions {
  readonly cache: AnswerCache
  readonly asked: AskedModel
  /** `shared`: what one tenant paid for is used for all. */
  readonly scope: 'installation' | 'shared'
  readonly ttlMs: number
  readonly clock: Clock
  /** A number in [0, 1). */
  readonly random: () => number
  readonly observer: CacheObserver
}

/**
 * Models that are asked only what nobody has asked before. An answer is kept when the asker can read it and it came from
 * the very model that the key names. Who asks the same meanwhile, here or in another process, waits for it.
 */
export function cachedModels(source: ModelSource, options: CachedModelsOptions): ModelSource {
  const flights = createFlights<Answer>()
  return {
    id: source.id,
    forRun: (scope) => {
      const model = source.forRun(scope)
      const tenant = options.scope === 'shared' ? 'shared' : scope.tenant
      return {
        id: model.id,
        ask: async (question, signal) => {
          const keyed = answerKey(question, options.asked, tenant)
          const ask = (): Promise<Answer> => askOnce(model, question, keyed, scope, options, signal)
          const { result, joined } = await flights.run(keyed.key, ask, signal)
          if (!joined) return result
          options.observer.lookup('wait')
          return noted({ ...result, source: 'cache' }, keyed, 'wait')
        },
      }
    },
  }
}

async function askOnce(
  model: Model,
  question: Question,
  keyed: KeyedQuestion,
  { repository }: RunScope,
  options: CachedModelsOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const { cache, clock, observer, ttlMs } = options
  const found = await lookUp(keyed.key, (value) => isReadable(question, value), options, signal)
  observer.lookup(found.lookup)
  switch (found.kind) {
    case 'answer':
      return noted({ ...found.answer, source: 'cache' }, keyed, found.lookup)
    case 'nothing':
      return noted(await model.ask(question, signal), keyed, found.lookup)
    case 'lease': {
      const { lease } = found
      const answer = await askUnderLease(lease, { cache, clock, observer }, async () => {
        const asked = await model.ask(question, signal)
        const isKept = asked.model === model.id && isReadable(question, asked.value)
        return { asked, ...(isKept && { entry: encodeEntry(lease.key, asked) }), ttlMs, repository }
      })
      return noted(answer, keyed, found.lookup)
    }
  }
}

function noted(answer: Answer, keyed: KeyedQuestion, lookup: CacheLookup): Answer {
  return { ...answer, cache: { lookup, ...keyed } }
}
