import type { LimitFunction } from 'p-limit'
import type { Answer, Model } from './model.ts'

/**
 * A model that is asked as many questions at once as there are places; others wait in the order they came, also those
 * to other models with the same places. An abort ends the wait at once.
 * Stands inside a retrying model, so that nobody who waits out a fault holds a place.
 */
export function limitedModel(model: Model, places: LimitFunction): Model {
  return {
    id: model.id,
    ask: (question, signal) =>
      new Promise<Answer>((resolve, reject) => {
        signal.throwIfAborted()
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the reason is whatever the aborter gave
        const onAbort = (): void => reject(signal.reason)
        signal.addEventListener('abort', onAbort, { once: true })
        places(() => {
          signal.removeEventListener('abort', onAbort)
          signal.throwIfAborted()
          return model.ask(question, signal)
        }).then(resolve, reject)
      }),
  }
}
