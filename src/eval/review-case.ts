import path from 'node:path'
import { z } from 'zod'
import { parseJson } from '../base/json.ts'
import { readIfThere } from '../base/read-if-there.ts'
import { writeWhole } from '../base/write-whole.ts'
import { replayingModel } from '../llm/replaying-model.ts'
import { sharedModel, type ModelSource, type RunScope } from '../llm/model-source.ts'
import type { Model } from '../llm/model.ts'
import { openRecording } from '../llm/recording.ts'
import { recordReview } from '../replay/record-review.ts'
import { createReviewChange, type Reviewer, type ReviewResult } from '../review/review-change.ts'
import type { EvalCase } from './eval-case.ts'
import { meteredModel, type Meters } from './metered-model.ts'

export interface ReviewedCase extends ReviewResult {
  readonly meters: Meters
  /** While questions were asked: time spent on answers from the folder does not count. */
  readonly seconds: number
  /** Questions that wait for an answer; none unless they are collected. */
  readonly unanswered: number
}

export interface CaseReviewer {
  readonly reviewer: Reviewer
  /** Whether nobody is asked: questions without an answer are left in the folder. */
  readonly collect: boolean
}

/** Reviews a case with the real engine. What is answered in the folder already is not asked again. */
export async function reviewCase(
  { reviewer, collect }: CaseReviewer,
  { id, change }: EvalCase,
  folder: string,
  signal: AbortSignal,
): Promise<ReviewedCase> {
  const { clock, models } = reviewer
  let asked = 0
  const counted = (model: Model): Model => ({
    id: model.id,
    ask: (question, signal) => {
      asked += 1
      return model.ask(question, signal)
    },
  })
  const replaying =
    collect && models ? replayingModel(openRecording(folder), { id: models.id, collect }) : undefined
  const metered: Meters[] = []
  const meteredSource = (source: ModelSource): ModelSource => ({
    id: source.id,
    forRun: (scope) => {
      const { model, meters } = meteredModel(source.forRun(scope), reviewer)
      metered.push(meters)
      return model
    },
  })
  const reviewChange = replaying
    ? createReviewChange({ ...reviewer, models: meteredSource(sharedModel(replaying)) })
    : recordReview(
        {
          ...reviewer,
          ...(models && { models: { id: models.id, forRun: (scope) => counted(models.forRun(scope)) } }),
        },
        folder,
        meteredSource,
      )

  const startMs = clock.now().getTime()
  const scope: RunScope = { tenant: 'local', repository: id, runId: path.basename(folder) }
  const result = await reviewChange(change, scope, quiet, signal)
  const seconds = (clock.now().getTime() - startMs) / 1000
  return {
    ...result,
    meters: metered[0] ?? {},
    seconds: await totalSeconds(folder, asked > 0 || models === undefined ? seconds : 0),
    unanswered: replaying?.unanswered() ?? 0,
  }
}

const quiet = { event: () => undefined, call: () => undefined }

const timeFile = z.object({ seconds: z.number().nonnegative() })

/** Adds to what earlier runs took that left answers in the folder. */
async function totalSeconds(folder: string, seconds: number): Promise<number> {
  const file = path.join(folder, 'time.json')
  const before = timeFile.safeParse(parseJson((await readIfThere(file)) ?? ''))
  const total = seconds + (before.success ? before.data.seconds : 0)
  if (seconds > 0) await writeWhole(file, `${JSON.stringify({ seconds: total })}\n`)
  return total
}
