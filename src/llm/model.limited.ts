import type { InPlace } from '../base/concurrency.ts'
import type { Model } from './model.ts'

/**
 * A model that is asked as many questions at once as there are places; others wait in the order they came, also those
 * to other models with the same places. An abort ends the wait at once.
 * Stands inside a retrying model, so that nobody who waits out a fault holds a place.
 */
export function limitedModel(model: Model, inPlace: InPlace): Model {
  return {
    id: model.id,
    ask: (question, signal) => inPlace(() => model.ask(question, signal), signal),
  }
}
