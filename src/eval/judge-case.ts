import { openRecording } from '../llm/recording.ts'
import { recordingModel } from '../llm/recording-model.ts'
import { replayingModel } from '../llm/replaying-model.ts'
import type { Answer, Model, Question } from '../llm/model.ts'
import type { Finding } from '../review/finding.ts'
import type { EvalCase, GoldenFinding } from './eval-case.ts'
import { meteredModel, type MeterOptions, type Meters } from './metered-model.ts'
import type { Statement } from './judge-question.ts'
import { judgeStatements } from './judge-statements.ts'
import type { Naming } from './score-case.ts'

export interface Judge {
  readonly meters: Meters
  /** Questions that wait for an answer. */
  unanswered(): number
  /** Which of the comments name golden findings of the case, and which name rejected ones. The judge does not know which are which. */
  name(known: Pick<EvalCase, 'golden' | 'knownInvalid'>, comments: readonly Finding[]): Promise<Naming>
}

export interface JudgeOptions extends MeterOptions {
  readonly model: Model
  /** Where its answers are kept. */
  readonly folder: string
  /** Whether nobody is asked: questions without an answer are left in the folder. */
  readonly collect: boolean
}

export function openJudge({ model, folder, collect, ...meter }: JudgeOptions, signal: AbortSignal): Judge {
  const recording = openRecording(folder)
  const replaying = collect ? replayingModel(recording, { id: model.id, collect }) : undefined
  const metered = meteredModel(replaying ?? recordingModel(model, recording, meter.clock), meter)
  const ask = (question: Question): Promise<Answer> => metered.model.ask(question, signal)
  return {
    meters: metered.meters,
    unanswered: () => replaying?.unanswered() ?? 0,
    async name({ golden, knownInvalid }, comments) {
      const problems = [...golden, ...knownInvalid].map(problemStatement)
      const named = await judgeStatements(problems, comments.map(commentStatement), ask)
      return { golden: named.slice(0, golden.length), invalid: named.slice(golden.length) }
    },
  }
}

function problemStatement({ comment, places: [first] }: GoldenFinding): Statement {
  return { text: comment, ...(first && { place: placeInWords(first.path, first.startLine, first.endLine) }) }
}

function commentStatement({ path, anchor, title, explanation }: Finding): Statement {
  return {
    text: `${title}\n${explanation}`,
    place: anchor ? placeInWords(path, anchor.startLine, anchor.endLine) : path,
  }
}

function placeInWords(path: string, start: number, end: number): string {
  return start === end ? `${path}, line ${start}` : `${path}, lines ${start} to ${end}`
}
