import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import { systemClock } from '../base/clock.ts'
import { errorMessage, PermanentError } from '../base/errors.ts'
import { openModel } from './model.ai-sdk.ts'
import { recordingModel } from './recording-model.ts'
import { replayingModel } from './replaying-model.ts'
import type { Model, Question } from './model.ts'
import { openRecording } from './recording.ts'
import { UnusableAnswerError } from './unusable-answer-error.ts'

const question: Question = {
  purpose: 'find',
  system: 'Answer in JSON.\n\nBe brief.',
  prompt: 'Are you there?\r\nSay so.\n',
  answer: { name: 'probe', description: 'Whether it works.', schema: z.object({ ok: z.boolean() }) },
  maxOutputTokens: 50,
}
const never = new AbortController().signal
const id = 'openai/gpt-5.2'

let folder: string
let emulator: LlmEmulator

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-recording-'))
  emulator = await openLlmEmulator({ answer: () => ({ kind: 'json', value: { ok: true } }) })
})
afterEach(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})

function recorded(): Model {
  const model = openModel({
    provider: 'openai',
    model: 'gpt-5.2',
    apiKey: 'sk-recorded-0123456789',
    baseUrl: emulator.baseUrl,
    timeoutMs: 20_000,
  })
  return recordingModel(model, openRecording(folder), systemClock)
}

function replayed(): Model {
  return replayingModel(openRecording(folder), { id, collect: false })
}

/** An answer, or what was thrown in its place: all of it that an asker can see. */
async function outcome(model: Model, asked = question): Promise<unknown> {
  return await model.ask(asked, never).catch((error: unknown) => {
    if (error instanceof UnusableAnswerError) {
      const { name, message, problem, text, usage, model: answerer } = error
      return { name, message, problem, text, usage, answerer }
    }
    return error
  })
}

describe('what was recorded is replayed as it came', () => {
  test.each<[how: string, ScriptedAnswer]>([
    ['in prose, with odd line ends', { kind: 'text', text: 'Well:\r\n\n```json\n{"ok": true}\n```\r\n' }],
    ['refused', { kind: 'refusal', text: 'No.\n' }],
    ['cut off', { kind: 'text', text: '{"ok": tr', finish: 'length' }],
    ['too long', { kind: 'fault', fault: 'context-too-long' }],
  ])('an answer that is %s', async (_how, script) => {
    emulator.answerNext(script)
    const first = await outcome(recorded())
    await emulator.close()
    expect(await outcome(replayed())).toEqual(first)
  })

  test('of an answer not a byte is lost', async () => {
    const text = 'Well:\r\n\n```json\n{"ok": true}\n```\r\n'
    emulator.answerNext({ kind: 'text', text })
    await recorded().ask(question, never)
    expect(await replayed().ask(question, never)).toMatchObject({ text, value: { ok: true } })
  })

  test('what is in the file can be read by people, and has no key in it', async () => {
    await recorded().ask(question, never)
    const [name = '', ...others] = readdirSync(folder)
    expect(others).toEqual([])
    expect(name).toMatch(/^[0-9a-f]{64}\.json$/)
    const text = readFileSync(path.join(folder, name), 'utf8')
    expect(JSON.parse(text)).toMatchObject({
      version: 1,
      model: id,
      purpose: 'find',
      system: ['Answer in JSON.', '', 'Be brief.'],
      prompt: ['Are you there?\r', 'Say so.', ''],
      answerSchema: { name: 'probe', schema: { type: 'object' } },
      maxOutputTokens: 50,
      answer: { outcome: 'answered', text: ['{"ok":true}'], finishReason: 'stop', source: 'model' },
    })
    expect(text).not.toContain('sk-recorded')
  })
})

describe('while recording', () => {
  test('the same question is asked once, also when it comes twice at the same time', async () => {
    const model = recorded()
    const answers = await Promise.all([model.ask(question, never), model.ask(question, never)])
    expect(answers[0]).toEqual(answers[1])
    expect(await recorded().ask(question, never)).toEqual(answers[0])
    expect(emulator.requests()).toHaveLength(1)
  })

  test.each<[string, Partial<Question>]>([
    ['rules', { system: 'Answer in XML.' }],
    ['text', { prompt: 'Are you there?\nSay so.\n' }],
    ['purpose', { purpose: 'verify' }],
    ['bound', { maxOutputTokens: 51 }],
    ['form', { answer: { ...question.answer, schema: z.object({ fine: z.boolean() }) } }],
  ])('a question with another %s is another question', async (_what, other) => {
    await recorded().ask(question, never)
    await recorded().ask({ ...question, ...other }, never)
    expect(emulator.requests()).toHaveLength(2)
    expect(readdirSync(folder)).toHaveLength(2)
  })

  test('a failure that may pass is not kept, and the question is asked again', async () => {
    emulator.answerNext({ kind: 'fault', fault: 'server-error' })
    expect(await outcome(recorded())).toBeInstanceOf(Error)
    expect(readdirSync(folder)).toEqual([])
    expect(await outcome(recorded())).toMatchObject({ value: { ok: true } })
  })
})

describe('without a recorded answer', () => {
  test('the replay fails for good, and names the file that is missing', async () => {
    const error = await outcome(replayed())
    expect(error).toBeInstanceOf(PermanentError)
    expect(errorMessage(error)).toContain(openRecording(folder).fileOf(id, question))
    expect(readdirSync(folder)).toEqual([])
  })

  test.each([
    ['answer.json', '{"ok": false}'],
    ['answer.txt', 'I would say:\n{"ok": false}\n'],
  ])('the question is left for somebody, who answers in %s beside it', async (ending, text) => {
    const collecting = replayingModel(openRecording(folder), { id, collect: true })
    expect(await outcome(collecting)).toMatchObject({ name: 'UnusableAnswerError' })
    expect(collecting.unanswered()).toBe(1)
    const [name = ''] = readdirSync(folder)
    expect(name).toMatch(/^[0-9a-f]{64}\.question\.json$/)
    expect(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))).toMatchObject({
      prompt: ['Are you there?\r', 'Say so.', ''],
    })

    writeFileSync(path.join(folder, name.replace('question.json', ending)), text)
    expect(await outcome(replayed())).toMatchObject({ value: { ok: false }, text, model: id })
  })

  test('only the first kind of question is left: what is asked next depends on its answers', async () => {
    const collecting = replayingModel(openRecording(folder), { id, collect: true })
    await outcome(collecting)
    await outcome(collecting, { ...question, prompt: 'And you?' })
    await outcome(collecting, { ...question, purpose: 'verify' })
    expect(readdirSync(folder)).toHaveLength(2)
    expect(collecting.unanswered()).toBe(3)
  })
})

test.each([
  ['json', '{"version": 2}', 'is no recorded answer of this version'],
  ['json', '{"half', 'is no recorded answer of this version'],
  ['answer.txt', 'It is fine.', 'is not one JSON object'],
])('a file that cannot be read is named: .%s with %s', async (ending, text, problem) => {
  const file = openRecording(folder).fileOf(id, question).replace(/json$/, ending)
  writeFileSync(file, text)
  const error = await outcome(replayed())
  expect(error).toBeInstanceOf(PermanentError)
  expect(errorMessage(error)).toContain(`${file} `)
  expect(errorMessage(error)).toContain(problem)
})
