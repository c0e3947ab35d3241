import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { confirmClaims } from '../../emulators/llm/confirm-claims.ts'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import type { LlmQuestion } from '../../emulators/llm/wire-format.ts'
import { checkSyntax } from '../../src/analysis/check-syntax.ts'
import { scanSecrets } from '../../src/analysis/secret-scanner.ts'
import { systemClock } from '../../src/base/clock.ts'
import { randomIds } from '../../src/base/ids.ts'
import { readLocalChange } from '../../src/git/local-change.ts'
import { openModel } from '../../src/llm/model.ai-sdk.ts'
import { sharedModel } from '../../src/llm/model-source.ts'
import type { ModelProvider } from '../../src/llm/parse-model-id.ts'
import { composeReview } from '../../src/review/compose-review.ts'
import { createReviewChange, type ReviewResult } from '../../src/review/review-change.ts'
import { defaultReviewSettings, type ReviewSettings } from '../../src/review/review-settings.ts'
import type { RunEvent } from '../../src/review/run-store.ts'
import { openScratchRepository, type ScratchRepository } from '../scratch-repository.ts'

/*
 * A change whose problem stands in no single file of it: a signature was changed, and a caller was not. The whole engine
 * on a real repository, with a model over the wire.
 */

/** Put together here, so that nobody takes it for a credential of somebody. */
const token = ['ghp', 'x7Rk2mQ9vLp4sTn8wYb3cZd6fHj1gKa5eUoX'].join('_')
const never = new AbortController().signal
const scope = { tenant: 'local', repository: 'shop', runId: 'one' }

let repository: ScratchRepository
let emulator: LlmEmulator
let questions: LlmQuestion[]
let events: RunEvent[]
/** The answers to the questions about the whole change, in their order; the last one for good. */
let about: readonly ((prompt: string) => object)[]
/** Which question the model refuses for its length. */
let isTooLong: (question: LlmQuestion) => boolean
/** The answer to the question about a unit. */
let inUnits: (prompt: string) => object

beforeEach(async () => {
  questions = []
  events = []
  isTooLong = () => false
  inUnits = () => ({ findings: [] })
  repository = openScratchRepository()
  repository.write('cart.py', 'def total(items):\n    return sum(items)\n')
  repository.write('tax.py', 'RATE = 2\n')
  repository.write('report.py', 'from cart import total\n\nprint(total([1, 2]))\n')
  repository.write('client.py', `TOKEN = "${token}"\n`)
  repository.commit()
  repository.git('switch', '--quiet', '--create', 'feature')
  repository.write('cart.py', 'def total(items, rate):\n    return sum(items) * rate\n')
  repository.write('tax.py', 'RATE = 3\n')
  repository.commit()
  emulator = await openLlmEmulator({ answer: (question) => answerTo(question) })
})
afterEach(async () => {
  await emulator.close()
  repository.close()
})

const isWhole = ({ system }: LlmQuestion): boolean => system.includes('You see the pieces together')

function answerTo(question: LlmQuestion): ScriptedAnswer {
  if (isTooLong(question)) return { kind: 'fault', fault: 'context-too-long' }
  const earlier = questions.filter(isWhole).length
  questions.push(question)
  const confirmed = confirmClaims(question.prompt)
  if (confirmed) return confirmed
  const answer = isWhole(question) ? about[Math.min(earlier, about.length - 1)] : inUnits
  const value = answer?.(question.prompt)
  if (value === undefined) throw new Error('the script is empty')
  return { kind: 'json', value: JSON.parse(JSON.stringify(value)) as never } // an object of ours
}

const call = (asked: object): object => ({
  tool: 'search',
  path: null,
  from: null,
  to: null,
  text: null,
  glob: null,
  why: 'who calls it',
  ...asked,
})
const looking = (...calls: readonly object[]) => ({ findings: [], tool_calls: calls.map(call) })

/** The problem, cited at the changed signature as the question shows it. */
function callerForgotten(prompt: string): object {
  const [, tag] = /^(\w+)\|\+def total\(items, rate\):$/m.exec(prompt) ?? []
  const finding = {
    start_tag: tag ?? 'none',
    end_tag: tag ?? 'none',
    severity: 'high',
    category: 'api',
    title: '`total` needs a rate that its caller in report.py does not pass',
    failure: 'report.py calls total([1, 2]) with one argument → TypeError.',
    evidence: 'def total(items, rate):',
    replacement: null,
    confidence: 0.9,
  }
  return { findings: [finding], tool_calls: [] }
}

async function review(
  settings: Partial<ReviewSettings> = {},
  provider: ModelProvider = 'openai-compatible',
): Promise<ReviewResult> {
  const model = openModel({
    provider,
    model: 'emulated',
    apiKey: 'k',
    baseUrl: emulator.baseUrl,
    timeoutMs: 20_000,
  })
  const reviewChange = createReviewChange({
    models: sharedModel(model),
    analysers: [],
    scanSecrets,
    checkSyntax,
    settings: { ...defaultReviewSettings, effort: 'deep', ...settings },
    clock: systemClock,
    newId: randomIds,
  })
  const change = await readLocalChange({ folder: repository.folder, base: 'main' }, never)
  const observer = { event: (event: RunEvent) => void events.push(event), call: () => undefined }
  return await reviewChange(change, scope, observer, never)
}

const posted = ({ findings }: ReviewResult): string[] =>
  findings.flatMap(({ verdict, title }) => (verdict.kind === 'posted' ? [title] : []))

describe.each<ModelProvider>(['openai-compatible', 'openai', 'anthropic'])(
  'with a model of %s',
  (provider) => {
    test('a deep review finds what no unit shows: it looks for the caller, and the second look sees it, too', async () => {
      about = [() => looking({ text: 'total' }), callerForgotten]
      const result = await review({}, provider)
      expect(posted(result)).toEqual(['`total` needs a rate that its caller in report.py does not pass'])
      const [finding] = result.findings
      expect(finding).toMatchObject({
        path: 'cart.py',
        anchor: { side: 'RIGHT', startLine: 1, endLine: 1 },
        source: { kind: 'model', pass: 'whole-change' },
        verification: { verdict: 'confirmed' },
      })
      const [first, second] = questions.filter(isWhole)
      expect(first?.prompt).toContain('RATE = 3')
      expect(second?.prompt).toContain('"report.py" 3: print(total([1, 2]))')
      const look = questions.find(({ prompt }) => prompt.includes('Judge each claim'))
      expect(look?.prompt).toContain('"report.py" 3: print(total([1, 2]))')
      expect(result.receipt.wholeChange).toEqual({
        outcome: 'read',
        questions: 2,
        toolCalls: 1,
        notShown: [],
      })
    })
  },
)

test('a standard review is not asked about the whole', async () => {
  about = [callerForgotten]
  const { receipt, findings } = await review({ effort: 'standard' })
  expect(findings).toEqual([])
  expect(questions.filter(isWhole)).toEqual([])
  expect(receipt).not.toHaveProperty('wholeChange')
})

test('a clean change stays silent, and the receipt tells that it was read as a whole', async () => {
  about = [() => looking({ text: 'RATE' }), () => ({ findings: [], tool_calls: [] })]
  const { findings, receipt } = await review()
  const said = composeReview(findings, receipt)
  expect(said.needsSummary).toBe(false)
  expect(said.checkRun.conclusion).toBe('success')
  expect(said.checkRun.summary).toContain(
    'Read as a whole, too (2 questions, 1 look into the files of the head)',
  )
  expect(events).toContainEqual({
    step: 'read as a whole',
    detail: { outcome: 'read', questions: 2, looks: 1, 'files not shown': 0 },
  })
})

test('a model that never stops looking is stopped at the bound, and the receipt says so', async () => {
  let page = 0
  about = [() => looking({ tool: 'read_range', path: 'report.py', from: ++page, to: page })]
  const { receipt } = await review({ deepQuestions: 4 })
  expect(questions.filter(isWhole)).toHaveLength(4)
  expect(receipt.wholeChange).toEqual({
    outcome: 'cut-short',
    reason: 'the model wanted to look further',
    questions: 4,
    toolCalls: 3,
    notShown: [],
  })
  expect(composeReview([], receipt).checkRun.summary).toContain('It was cut short')
})

test('a hostile path reads nothing outside of the tree, and a credential of another file is shown to nobody', async () => {
  about = [
    () =>
      looking(
        { tool: 'read_range', path: '../../../../etc/passwd' },
        { tool: 'read_range', path: '/etc/passwd' },
        { tool: 'read_range', path: 'client.py' },
        { text: token },
      ),
    () => ({ findings: [], tool_calls: [] }),
  ]
  await review()
  const told = questions.filter(isWhole).at(-1)?.prompt ?? ''
  expect(told.match(/Not made: path: it must be relative/g)).toHaveLength(2)
  expect(told).not.toContain('root:')
  expect(told).toContain('1: TOKEN = "‹secret:github-token›"')
  // What the model itself said stands there, and nothing that tells whether it was right.
  expect(told).toContain(`"text":"${token}","why":"who calls it"}\nNo line has it.`)
  expect(JSON.stringify(questions.slice(0, -1))).not.toContain(token)
})

test('what a unit found and the whole finds again is said once', async () => {
  about = [callerForgotten]
  inUnits = (prompt) => (prompt.includes('+def total') ? callerForgotten(prompt) : { findings: [] })
  const result = await review()
  expect(posted(result)).toHaveLength(1)
  expect(result.findings.map(({ verdict }) => verdict.kind).toSorted()).toEqual(['merged', 'posted'])
  const [whole] = questions.filter(isWhole)
  expect(whole?.prompt).toContain('Reported already:\n"cart.py" "`total` needs a rate')
})

test('of a change that is too large for it, what is not shown is named', async () => {
  about = [() => ({ findings: [], tool_calls: [] })]
  repository.write('large.py', `${Array.from({ length: 900 }, (_, at) => `NAME_${at} = ${at}`).join('\n')}\n`)
  repository.commit()
  const { receipt } = await review({ deepTokens: 20_000 })
  expect(receipt.wholeChange?.notShown).toEqual(['large.py'])
  expect(questions.find(isWhole)?.prompt).toContain('"large.py": not shown, or not whole: too much to show')
  expect(composeReview([], receipt).checkRun.summary).toContain('Too much to show in it: large.py.')
})

test('an answer that cannot be read is never silence: the head is not green, and the reason is told', async () => {
  about = [() => ({ opinion: 'fine' })]
  const { receipt } = await review()
  expect(receipt.wholeChange).toMatchObject({ outcome: 'failed', questions: 1 })
  const said = composeReview([], receipt)
  expect(said.checkRun.conclusion).toBe('neutral')
  expect(said.needsSummary).toBe(true)
  expect(said.summary).toContain('Reading the change as a whole failed')
})

test('a model that takes no question of that size gets a smaller one, and what is left out is named', async () => {
  about = [() => ({ findings: [], tool_calls: [] })]
  repository.write('large.py', `${Array.from({ length: 900 }, (_, at) => `NAME_${at} = ${at}`).join('\n')}\n`)
  repository.commit()
  isTooLong = (question) => isWhole(question) && question.prompt.includes('NAME_899')
  const { receipt } = await review()
  expect(receipt.wholeChange).toMatchObject({ outcome: 'read', notShown: ['large.py'] })
})

test('what the units leave of the budget of a run is all there is, and too little is told', async () => {
  about = [() => ({ findings: [], tool_calls: [] })]
  const { receipt } = await review({ runTokens: 1_000 })
  expect(receipt.hunks).toMatchObject({ read: 2, 'over-budget': 0 })
  expect(questions.filter(isWhole)).toEqual([])
  expect(receipt.wholeChange).toMatchObject({ outcome: 'left-out', reason: 'over the budget of one run' })
  const said = composeReview([], receipt)
  expect(said.needsSummary).toBe(true)
  expect(said.summary).toContain('The change was not read as a whole: over the budget of one run.')
})
