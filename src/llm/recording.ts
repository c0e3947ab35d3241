import path from 'node:path'
import { z } from 'zod'
import { PermanentError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { readIfThere } from '../base/read-if-there.ts'
import { writeWhole } from '../base/write-whole.ts'
import { ContextTooLongError } from './context-too-long-error.ts'
import type { Answer, Question, Usage } from './model.ts'
import { questionKey, writtenQuestion, type WrittenQuestion } from './question-key.ts'
import { readJsonAnswer } from './read-json-answer.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

/**
 * A folder of questions with their answers, as JSON for people and programs: one file per question, named by everything
 * that shapes its answer.
 *
 *     <64 hex digits>.json            a question and what a model answered
 *     <64 hex digits>.question.json   a question that waits for an answer
 *     <64 hex digits>.answer.json     put there by a person or a program: what a model would write, to the letter
 *     <64 hex digits>.answer.txt      the same, for answers with prose around them
 *
 * Files are written whole or not at all, so that what an interruption leaves behind can be gone on with.
 */
export interface Recording {
  /**
   * The answer that is kept. Throws the error that was kept in its place, and a permanent one for a file that cannot be
   * read.
   */
  find(model: string, question: Question): Promise<Answer | undefined>
  keep(model: string, question: Question, outcome: Outcome, latencyMs: number): Promise<void>
  /** Leaves the question for somebody to answer. */
  leave(model: string, question: Question): Promise<void>
  /** Where the answer is, or would be. */
  fileOf(model: string, question: Question): string
}

/** What a question comes to, whenever it is asked. Other failures may pass. */
export type Outcome = Answer | UnusableAnswerError | ContextTooLongError

export function openRecording(folder: string): Recording {
  const pathOf = (model: string, question: Question, ending: string): string =>
    path.join(folder, `${questionKey(writtenQuestion(model, question))}.${ending}`)
  return {
    fileOf: (model, question) => pathOf(model, question, 'json'),
    async find(model, question) {
      const file = pathOf(model, question, 'json')
      const recorded = await readIfThere(file)
      if (recorded !== undefined) return readRecorded(recorded, file, model)
      for (const ending of ['answer.json', 'answer.txt']) {
        const given = pathOf(model, question, ending)
        const text = await readIfThere(given)
        if (text !== undefined) return readGiven(text, given, model)
      }
      return undefined
    },
    async keep(model, question, outcome, latencyMs) {
      const entry = { ...onDisk(writtenQuestion(model, question)), answer: answerOnDisk(outcome, latencyMs) }
      await writeWhole(pathOf(model, question, 'json'), pretty(entry))
    },
    async leave(model, question) {
      const file = pathOf(model, question, 'question.json')
      await writeWhole(file, pretty(onDisk(writtenQuestion(model, question))))
    },
  }
}

/** Long texts are lists of lines, so that people can read them; joined by line feeds they are what they were. */
const lines = z.array(z.string()).transform((list) => list.join('\n'))
const tokens = z.number().nonnegative()
const usage = z.object({
  inputTokens: tokens,
  cachedInputTokens: tokens,
  cacheWriteInputTokens: tokens.exactOptional(),
  outputTokens: tokens,
  isEstimated: z.literal(true).exactOptional(),
})

const recordedFile = z.object({
  version: z.literal(1),
  answer: z.discriminatedUnion('outcome', [
    z.object({
      outcome: z.literal('answered'),
      model: z.string(),
      text: lines,
      finishReason: z.enum(['stop', 'length', 'refusal', 'other']),
      rawFinishReason: z.string(),
      usage,
      source: z.enum(['model', 'cache']),
    }),
    z.object({
      outcome: z.literal('unusable'),
      problem: z.enum(['garbage', 'truncated', 'refused', 'empty']),
      /** Absent in older files: then it was the one that was asked. */
      model: z.string().exactOptional(),
      message: z.string(),
      text: lines,
      usage,
    }),
    z.object({ outcome: z.literal('too-long'), message: z.string() }),
  ]),
})

function onDisk({ system, prompt, answer, ...rest }: WrittenQuestion): object {
  return {
    version: 1,
    ...rest,
    system: system.split('\n'),
    prompt: prompt.split('\n'),
    answerSchema: answer,
  }
}

function answerOnDisk(outcome: Outcome, latencyMs: number): object {
  if (outcome instanceof ContextTooLongError)
    return { outcome: 'too-long', message: outcome.message, latencyMs }
  if (outcome instanceof UnusableAnswerError) {
    const { problem, message, model, text, usage } = outcome
    return { outcome: 'unusable', problem, message, model, usage, latencyMs, text: text.split('\n') }
  }
  const { model, text, finishReason, rawFinishReason, usage, source } = outcome
  return {
    outcome: 'answered',
    model,
    finishReason,
    rawFinishReason,
    usage,
    source,
    latencyMs,
    text: text.split('\n'),
  }
}

function readRecorded(json: string, file: string, asked: string): Answer {
  const read = recordedFile.safeParse(parseJson(json))
  if (!read.success) throw new PermanentError(`${file} is no recorded answer of this version`)
  const { answer } = read.data
  if (answer.outcome === 'too-long') throw new ContextTooLongError(answer.message)
  if (answer.outcome === 'unusable')
    throw new UnusableAnswerError(answer.problem, answer.message, { model: asked, ...answer })
  const { outcome: _outcome, ...rest } = answer
  return { ...rest, value: valueOf(answer.text, file) }
}

/** Nobody counted what it took; a finish reason of its own tells it from answers that were paid. */
const uncounted: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 }

function readGiven(text: string, file: string, model: string): Answer {
  return {
    value: valueOf(text, file),
    text,
    finishReason: 'stop',
    rawFinishReason: 'given by hand',
    usage: uncounted,
    model,
    source: 'model',
  }
}

function valueOf(text: string, file: string): unknown {
  const value = readJsonAnswer(text)
  if (value === undefined) throw new PermanentError(`the answer in ${file} is not one JSON object`)
  return value
}

function pretty(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
