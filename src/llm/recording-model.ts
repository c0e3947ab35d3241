import type { Clock } from '../base/clock.ts'
import { createMutex } from '../base/concurrency.ts'
import { ContextTooLongError } from './context-too-long-error.ts'
import type { Answer, Model, Question } from './model.ts'
import type { Outcome, Recording } from './recording.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

/**
 * A model whose answers are kept, usable or not, and given again to the same question instead of asking twice: what was
 * interrupted goes on where it was. Failures that may pass are not kept, so that they are asked again.
 * Stands around all other wrappers: a question has one answer in the record.
 */
export function recordingModel(model: Model, recording: Recording, clock: Clock): Model {
  const turns = new Map<string, ReturnType<typeof createMutex>>()
  return {
    id: model.id,
    ask(question, signal) {
      const file = recording.fileOf(model.id, question)
      const turn = turns.get(file) ?? createMutex()
      turns.set(file, turn)
      return turn(
        async () => (await recording.find(model.id, question)) ?? (await askAndKeep(question, signal)),
      )
    },
  }

  async function askAndKeep(question: Question, signal: AbortSignal): Promise<Answer> {
    const startMs = clock.now().getTime()
    const keep = (outcome: Outcome): Promise<void> =>
      recording.keep(model.id, question, outcome, clock.now().getTime() - startMs)
    try {
      const answer = await model.ask(question, signal)
      await keep(answer)
      return answer
    } catch (error) {
      if (error instanceof UnusableAnswerError || error instanceof ContextTooLongError) await keep(error)
      throw error
    }
  }
}
