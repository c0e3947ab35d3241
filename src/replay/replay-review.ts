import { countingIds } from '../base/ids.ts'
import { replayingModel } from '../llm/replaying-model.ts'
import { sharedModel } from '../llm/model-source.ts'
import { openRecording } from '../llm/recording.ts'
import type { Change } from '../review/change.ts'
import {
  createReviewChange,
  type Reviewer,
  type ReviewObserver,
  type ReviewResult,
} from '../review/review-change.ts'
import { replayingAnalyser } from './recorded-analyser.ts'
import { replayedHead } from './recorded-tree.ts'
import { readReviewRecord } from './review-record.ts'
import { withStableIds } from './stable-ids.ts'

export interface ReplayOptions extends Pick<Reviewer, 'checkSyntax' | 'clock'> {
  readonly folder: string
  /** Whether questions without an answer are left in the folder, for somebody to answer. */
  readonly collect: boolean
}

export interface ReplayedReview extends ReviewResult {
  readonly change: Change
  /** Questions without an answer; none unless they are collected. */
  readonly unanswered: number
}

/**
 * Makes a recorded review again, with today's engine and yesterday's answers: nothing is asked, fetched or run.
 * Throws a permanent error when there is no record, or when the engine asks what was not answered.
 */
export async function replayReview(
  { folder, collect, ...tools }: ReplayOptions,
  observer: ReviewObserver,
  signal: AbortSignal,
): Promise<ReplayedReview> {
  const {
    change: read,
    scope,
    settings,
    settled,
    analysers,
    head,
    model: id,
  } = await readReviewRecord(folder)
  const change = { ...read, ...replayedHead(head) }
  const model = id === undefined ? undefined : replayingModel(openRecording(folder), { id, collect })
  const reviewChange = createReviewChange({
    ...(model && { models: sharedModel(model) }),
    analysers: analysers.map(replayingAnalyser),
    // Whatever there was to hide is hidden; what looks like a credential now is a part of the questions that were asked.
    scanSecrets: () => Promise.resolve([]),
    settings,
    newId: countingIds(),
    ...tools,
  })
  const result = await reviewChange(change, scope, observer, signal, new Map(settled))
  return { ...withStableIds(result), change, unanswered: model?.unanswered() ?? 0 }
}
