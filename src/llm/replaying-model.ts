import { PermanentError } from '../base/errors.ts'
import type { Model, Question } from './model.ts'
import type { Recording } from './recording.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

export interface ReplayingOptions {
  /** Of the model that the questions were for: it is part of their names. */
  readonly id: string
  /** Whether questions without an answer are left in the recording, for somebody to answer. */
  readonly collect: boolean
}

/** Answers from a recording alone. */
export interface ReplayingModel extends Model {
  /** How many questions had no answer so far. */
  unanswered(): number
}

/**
 * A model that nobody has to be asked for: its answers are recorded ones, to the byte. A question without one is a
 * permanent error that names the missing file.
 *
 * When it collects, such a question costs its unit alone, like an answer that came empty, so that one run leaves all the
 * questions it can. Only those of one purpose, the first that comes: what is asked next depends on their answers.
 */
export function replayingModel(recording: Recording, { id, collect }: ReplayingOptions): ReplayingModel {
  let unanswered = 0
  let collected: Question['purpose'] | undefined
  return {
    id,
    unanswered: () => unanswered,
    async ask(question, signal) {
      signal.throwIfAborted()
      const answer = await recording.find(id, question)
      if (answer) return answer
      unanswered += 1
      const file = recording.fileOf(id, question)
      if (!collect)
        throw new PermanentError(`no answer is recorded for a question to ${id}: ${file} is missing`)
      collected ??= question.purpose
      if (question.purpose === collected) await recording.leave(id, question)
      throw new UnusableAnswerError('empty', `a question to ${id} waits for its answer`, {
        ...nothing,
        model: id,
      })
    },
  }
}

const nothing = { text: '', usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 } }
