import { PermanentError } from '../base/errors.ts'
import type { Model } from './model.ts'

/** Stands for a model of which only the name is needed: its questions are put to somebody else. */
export function unaskedModel(id: string): Model {
  return {
    id,
    ask: () => Promise.reject(new PermanentError(`${id} is not asked: its questions are collected`)),
  }
}
