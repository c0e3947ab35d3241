import { countingIds } from '../base/ids.ts'
import { recordingModel } from '../llm/recording-model.ts'
import type { ModelSource } from '../llm/model-source.ts'
import { openRecording } from '../llm/recording.ts'
import { redactChange } from '../review/redact-change.ts'
import { createReviewChange, type ReviewChange, type Reviewer } from '../review/review-change.ts'
import { recordingAnalyser } from './recorded-analyser.ts'
import { writeReviewRecord } from './review-record.ts'
import { withStableIds } from './stable-ids.ts'

/**
 * Reviews, and leaves all that a replay needs in a folder: the change, the settings, what the analysers found, and
 * every answer of the model. An answer that is in the folder already is not asked for again. `around` may put something
 * around the models that sees all questions, also those that are not asked again.
 */
export function recordReview(
  reviewer: Reviewer,
  folder: string,
  around: (models: ModelSource) => ModelSource = (models) => models,
): ReviewChange {
  return async (reviewed, scope, observer, signal, settled = new Map()) => {
    // What was looked up in the files of the head is on no record, and a replay has to ask the same questions.
    const { openHead: _, ...change } = reviewed
    const analysers = reviewer.analysers.map(recordingAnalyser)
    const { models, settings } = reviewer
    const recorded = {
      ...reviewer,
      analysers,
      newId: countingIds(),
      ...(models && { models: around(recordingSource(models)) }),
    }
    const result = await createReviewChange(recorded)(change, scope, observer, signal, settled)

    const shown = await redactChange(change, reviewer.scanSecrets)
    const paths = change.files.map(({ diff }) => diff.path)
    await writeReviewRecord(folder, {
      version: 1,
      scope,
      ...(models && { model: models.id }),
      settings,
      settled: [...settled],
      analysers: analysers.map((analyser) => analyser.record(paths, shown.hide)),
      change: shown.change,
    })
    return withStableIds(result)
  }

  function recordingSource(models: ModelSource): ModelSource {
    const recording = openRecording(folder)
    return {
      id: models.id,
      forRun: (scope) => recordingModel(models.forRun(scope), recording, reviewer.clock),
    }
  }
}
