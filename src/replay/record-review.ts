import { countingIds } from '../base/ids.ts'
import { recordingModel } from '../llm/recording-model.ts'
import type { ModelSource } from '../llm/model-source.ts'
import { openRecording } from '../llm/recording.ts'
import { redactChange } from '../review/redact-change.ts'
import { createReviewChange, type ReviewChange, type Reviewer } from '../review/review-change.ts'
import type { OpenedHeadTree } from '../review/head-tree.ts'
import { redactedTree } from '../review/redact-head-tree.ts'
import { recordingAnalyser } from './recorded-analyser.ts'
import { recordingTree, type RecordingTree } from './recorded-tree.ts'
import { writeReviewRecord } from './review-record.ts'
import { withStableIds } from './stable-ids.ts'

/**
 * Reviews, and leaves all that a replay needs in a folder: the change, what was looked up
 * in the other files of its head, the settings, what the analysers found, and
 * every answer of the model. An answer that is in the folder already is not asked for again. `around` may put something
 * around the models that sees all questions, also those that are not asked again.
 */
export function recordReview(
  reviewer: Reviewer,
  folder: string,
  around: (models: ModelSource) => ModelSource = (models) => models,
): ReviewChange {
  return async (change, scope, observer, signal, settled = new Map()) => {
    const { hide, change: shownChange } = await redactChange(change, reviewer.scanSecrets)
    let head: RecordingTree | undefined
    const { openHead } = change
    const openRecordedHead = async (opening: AbortSignal): Promise<OpenedHeadTree> => {
      const opened = await openHead?.(opening)
      if (opened?.kind !== 'opened') return opened ?? { kind: 'unavailable', reason: 'there is none' }
      head = recordingTree(redactedTree(opened.tree, reviewer.scanSecrets, hide))
      return { kind: 'opened', tree: head.tree }
    }
    const analysers = reviewer.analysers.map(recordingAnalyser)
    const { models, settings } = reviewer
    const recorded = {
      ...reviewer,
      analysers,
      newId: countingIds(),
      ...(models && { models: around(recordingSource(models)) }),
    }
    const result = await createReviewChange(recorded)(
      { ...change, ...(openHead && { openHead: openRecordedHead }) },
      scope,
      observer,
      signal,
      settled,
    )

    const paths = change.files.map(({ diff }) => diff.path)
    await writeReviewRecord(folder, {
      version: 1,
      scope,
      ...(models && { model: models.id }),
      settings,
      settled: [...settled],
      analysers: analysers.map((analyser) => analyser.record(paths, hide)),
      change: shownChange,
      ...(head && { head: head.record() }),
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
