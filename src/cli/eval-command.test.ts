import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { LlmQuestion } from '../../emulators/llm/wire-format.ts'
import { CapturedOutput } from '../../test/captured-output.ts'
import { checkSyntax } from '../analysis/check-syntax.ts'
import { scanSecrets } from '../analysis/secret-scanner.ts'
import { systemClock } from '../base/clock.ts'
import { packageRoot } from '../base/package-root.ts'
import { randomIds } from '../base/ids.ts'
import { microDollars } from '../budget/money.ts'
import type { Prices } from '../budget/prices.ts'
import type { EvalReport } from '../eval/eval-report.ts'
import { openModel } from '../llm/model.ai-sdk.ts'
import { sharedModel } from '../llm/model-source.ts'
import type { Model } from '../llm/model.ts'
import { unaskedModel } from '../llm/unasked-model.ts'
import { defaultReviewSettings } from '../review/review-settings.ts'
import { runEvalCommand, type EvalContext, type EvalRequest } from './eval-command.ts'

const dataset = path.join(packageRoot, 'evals', 'sample')

let folder: string
let llm: LlmEmulator
/** What the reader finds, by the line it stands on. */
let mistakes: Record<string, string>
let prices: Prices | undefined

beforeEach(async () => {
  prices = undefined
  folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-eval-'))
  llm = await openLlmEmulator({ answer: (question) => ({ kind: 'json', value: answerTo(question) }) })
  mistakes = {
    'round(total / len(ratings), 1)': 'No ratings: division by zero',
    'sum(rating.stars for': 'Use statistics.mean',
    'seen.extend': 'A negative limit shows the wrong end',
    'const start = page * size': 'The first page is skipped',
  }
})
afterEach(async () => {
  await llm.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What the golden findings of the sample are called here, and the title that names each. */
const titles: Record<string, string> = {
  ZeroDivisionError: 'No ratings: division by zero',
  'statistics.mean': 'Use statistics.mean',
  'Pages count from 1': 'The first page is skipped',
}

/** A reader and a judge who know the sample. */
function answerTo({ model, prompt }: Pick<LlmQuestion, 'model' | 'prompt'>) {
  return model === 'judge' ? judgementOf(prompt) : readingOf(prompt)
}

function readingOf(prompt: string) {
  const findings = prompt.split('\n').flatMap((line) => {
    const [, tag = '', code = ''] = /^(\w+)\|\+(.*)$/.exec(line) ?? []
    return Object.entries(mistakes)
      .filter(([text]) => code.includes(text))
      .map(([evidence, title]) => ({
        start_tag: tag,
        end_tag: tag,
        severity: 'high',
        category: 'bug',
        title,
        failure: 'An input → a wrong outcome.',
        evidence,
        replacement: null,
        confidence: title.startsWith('A negative') ? 0.1 : 0.9,
      }))
  })
  return { findings }
}

function judgementOf(prompt: string) {
  const statements = [...prompt.matchAll(/^([PC]\d+)(?: \([^)]*\))?: (.*)$/gm)].map(
    ([, name = '', text = '']) => ({ name, text }),
  )
  const decisions = statements
    .filter(({ name }) => name.startsWith('P'))
    .map(({ name, text }) => {
      const [, title] = Object.entries(titles).find(([words]) => text.includes(words)) ?? []
      const comments = statements.filter((one) => one.text === title).map((one) => one.name)
      return { problem: name, comments, reason: 'The title says so.' }
    })
  return { decisions }
}

function open(name: string): Model {
  return openModel({
    provider: 'openai-compatible',
    model: name,
    apiKey: 'key',
    baseUrl: llm.baseUrl,
    timeoutMs: 5_000,
  })
}

interface How extends Partial<EvalRequest> {
  readonly judge?: Model | 'none'
  readonly model?: Model
  readonly signal?: AbortSignal
}

async function evaluate({ judge = open('judge'), model = open('reader'), signal, ...request }: How = {}) {
  const record = path.join(folder, 'record')
  const json = path.join(folder, 'report.json')
  const terminal = { stdin: Readable.from([]), stdout: new CapturedOutput(), stderr: new CapturedOutput() }
  const { collect = false } = request
  const context: EvalContext = {
    open: () => ({
      reviewer: {
        models: sharedModel(collect ? unaskedModel(model.id) : model),
        analysers: [],
        scanSecrets,
        checkSyntax,
        settings: { ...defaultReviewSettings, effort: 'quick' },
        clock: systemClock,
        newId: randomIds,
        ...(prices && { prices }),
      },
      ...(judge !== 'none' && { judge: collect ? unaskedModel(judge.id) : judge }),
      collect,
      folder: record,
    }),
    terminal,
  }
  const code = await runEvalCommand(
    { dataset, runs: 1, concurrency: 2, record, json, collect, ...request },
    context,
    signal ?? new AbortController().signal,
  )
  const report = (): EvalReport => JSON.parse(readFileSync(json, 'utf8')) as EvalReport // what it was made of
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text, report }
}

describe('an evaluation', () => {
  test('counts what was found, missed, and said beside it', async () => {
    const { code, report, stdout } = await evaluate()
    expect(code).toBe(0)
    expect(report()).toMatchObject({
      model: 'openai-compatible/reader',
      judge: 'openai-compatible/judge',
      cases: { findings: 2, 'no findings': 1, 'robustness only': 0 },
      quality: { all: { precision: { value: 2 / 3, of: 3 }, recall: { value: 1 / 2, of: 4 } } },
      recallBySeverity: { high: { value: 1 / 2, of: 4 } },
      precisionBySeverity: { high: { value: 2 / 3, of: 3 } },
      comments: { changes: 3, perChange: 1, knownInvalid: 1, unmatched: 0 },
      silent: { value: 1, of: 1 },
      anchors: { value: 1, of: 3 },
      findings: { candidates: 4, unaccounted: 0 },
      tokens: { find: { questions: 3 }, judge: { questions: 3 } },
    })
    expect(stdout).toContain(
      '3 cases, 1 run: openai-compatible/reader at effort quick, judge openai-compatible/judge',
    )
    expect(stdout).toMatch(/^all +0\.67 \(0\.\d\d–1\.00\) +0\.50 /m)
    expect(stdout).toContain('  known-invalid: shop/ratings.py:14 Use statistics.mean')
    expect(stdout).toContain('  missed (strict): The default of `seen` is made once')
  })

  test('says what the engine had of a problem that it did not say', async () => {
    titles['shared by all calls'] = 'A negative limit shows the wrong end'
    const { report, stdout } = await evaluate()
    delete titles['shared by all calls']
    expect(report().lost).toEqual({ 'below-threshold': 1 })
    expect(stdout).toContain('had as "A negative limit shows the wrong end": below-threshold')
  })

  test('costs what its models cost, and says nothing where a price is not known', async () => {
    const { report, stdout } = await evaluate()
    expect(report().costPerChange).toBeNull()
    expect(stdout).not.toContain('Cost of a review')
    rmSync(path.join(folder, 'record'), { recursive: true })
    // A dollar for a thousand tokens of output, wherever they come from.
    prices = { costOf: (_, { outputTokens }) => microDollars(outputTokens * 1_000) }
    // Where nobody was asked nothing is known either.
    expect((await evaluate({ collect: true })).report().costPerChange).toBeNull()
    const priced = (await evaluate()).report()
    const { find, judge } = priced.tokens
    expect(find?.cost).toBe((find?.usage.outputTokens ?? 0) * 1_000)
    expect(judge?.cost).toBeGreaterThan(0)
    expect(priced.costPerChange).toBeCloseTo((find?.cost ?? 0) / 1_000_000 / 3, 10)
  })

  test('without a judge is counted by place alone, which says less', async () => {
    const { report, code } = await evaluate({ judge: 'none' })
    expect(code).toBe(0)
    // Two comments stand within three lines of two problems: by place each names one, though one of them names neither.
    expect(report()).toMatchObject({
      judge: null,
      quality: null,
      byPlace: { precision: { value: 1, of: 3 }, recall: { value: 3 / 4, of: 4 } },
    })
  })

  test('hears what is said on a clean change', async () => {
    mistakes['const WAIT_MS'] = 'A constant'
    expect((await evaluate()).report().silent).toMatchObject({ value: 0, of: 1 })
  })

  test('of some cases leaves the others alone, and says what is missing', async () => {
    const { code, report, stdout } = await evaluate({ cases: ['typescript-pages', 'nowhere'] })
    expect(report().rows.map((row) => row.case)).toEqual(['typescript-pages'])
    expect(stdout).toContain('Not in the dataset, or without a diff.patch: nowhere')
    expect(code).toBe(2)
  })

  test('of several runs reviews each case so often', async () => {
    const { report } = await evaluate({ runs: 2, cases: ['typescript-pages'] })
    expect(report()).toMatchObject({ runs: 2, quality: { all: { recall: { value: 1 / 2, of: 4 } } } })
    expect(llm.requests().filter(({ body }) => JSON.stringify(body).includes('"reader"'))).toHaveLength(2)
  })

  test('goes on with the others when one fails, and does not count it', async () => {
    llm.answerNext({ kind: 'fault', fault: 'bad-key' })
    const { code, report, stdout } = await evaluate({ concurrency: 1 })
    expect(report()).toMatchObject({ failed: 1, quality: { all: { recall: { of: 4 } } } })
    expect(stdout).toMatch(/^clean-rename-of-a-constant \(run 1\): failed: .*does not accept the key/m)
    expect(code).toBe(2)
  })
})

describe('what was answered is not asked again', () => {
  test('an evaluation that is made again is the same, and asks nobody', async () => {
    const first = await evaluate()
    const report = first.report()
    const asked = llm.requests().length
    const second = await evaluate()
    expect(second.stdout).toBe(first.stdout)
    expect(second.report()).toEqual(report)
    expect(llm.requests()).toHaveLength(asked)
  })

  test('an interrupted one goes on where it was', async () => {
    const whole = await evaluate()
    const asked = llm.requests().length
    rmSync(path.join(folder, 'record'), { recursive: true })

    const controller = new AbortController()
    const model = open('reader')
    const interrupting: Model = {
      id: model.id,
      ask: async (question, signal) => {
        const answer = await model.ask(question, signal)
        controller.abort()
        return answer
      },
    }
    const cut = await evaluate({ model: interrupting, signal: controller.signal, concurrency: 1 })
    expect(cut).toMatchObject({ code: 2, stdout: '' })
    expect(cut.stderr).toContain(
      `it was interrupted; what was answered is kept in ${path.join(folder, 'record')}`,
    )
    const again = await evaluate()
    expect(llm.requests()).toHaveLength(2 * asked)
    expect(again.report().quality).toEqual(whole.report().quality)
  })

  test('a person can answer in the place of both models', async () => {
    const expected = (await evaluate()).report()
    rmSync(path.join(folder, 'record'), { recursive: true })
    await llm.close()
    const model = unaskedModel('openai-compatible/reader')
    const judge = unaskedModel('openai-compatible/judge')
    const byHand = () => evaluate({ collect: true, model, judge })
    // The reviews, what they said, and what they did not say.
    for (let round = 0; round < 3; round++) {
      expect((await byHand()).code).toBe(2)
      answerAll(path.join(folder, 'record'))
    }
    const { code, report } = await byHand()
    expect(code).toBe(0)
    expect(report().quality).toEqual(expected.quality)
  })
})

/** Answers every question that waits, as the models would. */
function answerAll(record: string): void {
  for (const name of readdirSync(record, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.question.json')) continue
    const file = path.join(record, name)
    const question = JSON.parse(readFileSync(file, 'utf8')) as { model: string; prompt: string[] } // our own file
    const value = answerTo({ model: question.model.split('/')[1] ?? '', prompt: question.prompt.join('\n') })
    writeFileSync(file.replace('question.json', 'answer.json'), JSON.stringify(value))
  }
}

test('a dataset that is not there ends with 2 and the reason', async () => {
  const { code, stderr } = await evaluate({ dataset: path.join(folder, 'nothing') })
  expect(stderr).toMatch(/^could not evaluate: the dataset .* cannot be read/)
  expect(code).toBe(2)
})
