import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { CapturedOutput } from '../../test/captured-output.ts'
import { systemClock } from '../base/clock.ts'
import type { CalibrationReport } from '../eval/calibrate-judge.ts'
import { openModel } from '../llm/model.ai-sdk.ts'
import { recordingModel } from '../llm/recording-model.ts'
import { openRecording } from '../llm/recording.ts'
import { runJudgeCommand, type JudgeRequest } from './judge-command.ts'

let folder: string
let llm: LlmEmulator
/** Problems that our judge says are named. */
let named: readonly string[]

/** A judge who knows what it thinks, whatever the comments say. */
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-judge-'))
  llm = await openLlmEmulator({
    answer: ({ prompt }) => {
      const problems = [...prompt.matchAll(/^(P\d+): (.*)$/gm)]
      const decisions = problems.map(([, problem = '', text = '']) => ({
        problem,
        reason: 'It is so.',
        comments: named.includes(text) ? ['C1'] : [],
      }))
      return { kind: 'json', value: { decisions } }
    },
  })
})
afterEach(async () => {
  await llm.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What a judge decided of one review: which problems its comments name. */
function decided(
  judge: string,
  tool: string,
  matches: readonly string[],
  unmatched: readonly string[],
): string {
  return JSON.stringify({
    pr: 'https://example.com/1',
    tool,
    judge,
    matches: matches.map((golden) => ({ golden, candidate: `about ${golden}`, confidence: 0.9 })),
    unmatched_candidates: ['something else'],
    unmatched_golden: unmatched.map((golden) => ({ golden, severity: 'Low' })),
    total_candidates: 1,
  })
}

/** Three others: they agree on six of eight decisions, and the third differs on two. */
function writeOthers(): void {
  const others = { a: [['p1', 'p2'], ['q1']], b: [['p1', 'p2'], ['q1']], c: [['p1'], ['q1', 'q2']] }
  for (const [judge, [first = [], second = []]] of Object.entries(others)) {
    const rest = (all: readonly string[], matches: readonly string[]) =>
      all.filter((one) => !matches.includes(one))
    const lines = [
      decided(judge, 'one', first, rest(['p1', 'p2', 'p3', 'p4'], first)),
      decided(judge, 'two', second, rest(['q1', 'q2', 'q3', 'q4'], second)),
    ]
    writeFileSync(path.join(folder, `${judge}.jsonl`), `${lines.join('\n')}\n`)
  }
}

async function calibrate(request: Partial<JudgeRequest> = {}) {
  const terminal = { stdin: Readable.from([]), stdout: new CapturedOutput(), stderr: new CapturedOutput() }
  const record = path.join(folder, 'record')
  const json = path.join(folder, 'report.json')
  const model = openModel({
    provider: 'openai-compatible',
    model: 'judge',
    baseUrl: llm.baseUrl,
    apiKey: 'key',
    timeoutMs: 5_000,
  })
  const code = await runJudgeCommand(
    { calibration: folder, concurrency: 2, record, json, collect: false, ...request },
    { open: () => recordingModel(model, openRecording(record), systemClock), terminal },
    new AbortController().signal,
  )
  const report = () => JSON.parse(readFileSync(json, 'utf8')) as CalibrationReport // what it was made of
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text, report }
}

test('a judge who decides as most do is trusted', async () => {
  writeOthers()
  named = ['p1', 'p2', 'q1']
  const { code, report, stdout } = await calibrate()
  expect(report()).toMatchObject({
    items: 2,
    unjudged: 0,
    withMajority: { decisions: 8, accuracy: 1, kappa: 1 },
    withJudge: {
      a: { accuracy: 1 },
      b: { accuracy: 1 },
      c: { accuracy: 6 / 8, onlyFirst: 1, onlySecond: 1 },
    },
    amongOthers: {
      'a and b': { accuracy: 1 },
      'a and c': { accuracy: 6 / 8 },
      'b and c': { accuracy: 6 / 8 },
    },
  })
  expect(stdout).toContain(
    'openai-compatible/judge on 2 reviews: kappa 1.000, 100.0 % of 8 decisions the same',
  )
  expect(code).toBe(0)
})

test('a judge who is more generous than the others is not', async () => {
  writeOthers()
  named = ['p1', 'p2', 'p3', 'q1', 'q2', 'q3']
  const { code, report } = await calibrate()
  expect(report().withMajority).toMatchObject({ accuracy: 5 / 8, onlyFirst: 3, onlySecond: 0 })
  expect(code).toBe(1)
})

test('what was judged is not asked again', async () => {
  writeOthers()
  named = ['p1']
  await calibrate({ limit: 1 })
  expect(llm.requests()).toHaveLength(1)
  await calibrate()
  await calibrate()
  expect(llm.requests()).toHaveLength(2)
})

test('half a judgement is none: its review is not counted, and the end is 2', async () => {
  writeOthers()
  named = []
  llm.answerNext({ kind: 'json', value: { decisions: [] } })
  const { code, report, stdout } = await calibrate({ concurrency: 1 })
  expect(report()).toMatchObject({ unjudged: 1, withMajority: { decisions: 4 } })
  expect(stdout).toMatch(
    /^Not judged: 1, such as https:\/\/example\.com\/1 one: the judge .* did not decide/m,
  )
  expect(code).toBe(2)
})

test('others who cannot be read are named', async () => {
  expect((await calibrate()).stderr).toContain('there is no judgement in')
  writeFileSync(path.join(folder, 'a.jsonl'), '\n{"pr": 1}\n')
  expect((await calibrate()).stderr).toMatch(/a\.jsonl, line 2, is no judgement/)
})
