import type { Model } from './model.ts'

/** Whose questions they are: answers, limits and money are kept apart by it. */
export interface RunScope {
  /** Who shares answers and pays: the id of the installation, or `local` where no App is installed. */
  readonly tenant: string
  /** `owner/name`, or what else names where the change comes from. */
  readonly repository: string
  /** Absent for a change that is no pull request. */
  readonly pullRequest?: number
  readonly runId: string
}

/** Where a run gets its model from. */
export interface ModelSource {
  /** Of the model that is asked first, `provider/model`. */
  readonly id: string
  /** The model for one run: what stands around it counts and caps for this scope. Opens nothing, so nothing is closed. */
  forRun(scope: RunScope): Model
}

/** The same model for every run. */
export function sharedModel(model: Model): ModelSource {
  return { id: model.id, forRun: () => model }
}
