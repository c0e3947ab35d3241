import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ContextTooLongError } from '../../llm/context-too-long-error.ts'
import type { Question } from '../../llm/model.ts'
import { OverBudgetError } from '../../llm/over-budget-error.ts'
import { UnusableAnswerError } from '../../llm/unusable-answer-error.ts'
import { RateLimitedError } from '../../base/errors.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import { MOST_RESULT_BYTES } from '../tree-tools/use-tool.ts'
import { converse, type Conversation, type ConversationBounds } from './converse.ts'
import type { WholeChangeMatter } from './whole-change-question.ts'

const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 }
/** Of a list, the one that answered. */
const model = 'openai/small-2026'
const roomy: ConversationBounds = { questions: 6, tokens: 1_000_000 }
const matter: WholeChangeMatter = {
  intent: { title: 'Totals', body: '' },
  text: 'File: "a.py" (modified)\n@@\nabcd|+x = 1',
  notShown: [],
  reported: [],
}
const finding = {
  start_tag: 'abcd',
  end_tag: 'abcd',
  severity: 'high',
  category: 'bug',
  title: 'The caller passes one argument',
  failure: 'b.py calls it the old way → TypeError',
  evidence: 'x = 1',
  replacement: null,
  confidence: 0.9,
}
const wish = (text: string): object => ({ tool: 'search', text, glob: null, why: 'who calls it' })

interface Talk extends Conversation {
  readonly asked: readonly Question[]
  readonly used: readonly string[]
}

/** A conversation with answers in their order, the last of them for good; errors are thrown. */
async function talk(
  answers: readonly unknown[],
  bounds = roomy,
  result: string | undefined = '"b.py" 1: total()',
): Promise<Talk> {
  const asked: Question[] = []
  const used: string[] = []
  const conversation = await converse(matter, bounds, {
    ask: (question, step) => {
      asked.push(question)
      const value = answers[Math.min(step, answers.length) - 1]
      if (value instanceof Error) return Promise.reject(value)
      return Promise.resolve({
        value,
        text: JSON.stringify(value) ?? '',
        finishReason: 'stop',
        rawFinishReason: 'stop',
        usage,
        model: 'openai/large-1',
        source: 'model',
      })
    },
    useTool: (call) => {
      used.push(JSON.stringify(call))
      return Promise.resolve(result)
    },
  })
  return { ...conversation, asked, used }
}

test('what was looked up stands in the next question, and the answer that asks for nothing ends it', async () => {
  const { asked, used, end, questions, entries, lookedUp } = await talk([
    { findings: [], tool_calls: [wish('total')] },
    { findings: [finding], tool_calls: [] },
  ])
  expect(used).toEqual(['{"tool":"search","text":"total"}'])
  expect(asked[1]?.prompt).toContain('"why":"who calls it"}\n"b.py" 1: total()')
  expect({ end, questions, entries: entries.length }).toEqual({
    end: { kind: 'complete' },
    questions: 2,
    entries: 1,
  })
  expect(lookedUp).toEqual(['{"tool":"search","text":"total"}\n"b.py" 1: total()'])
})

test('a conversation that does not want to end is ended, and it is said', async () => {
  const { asked, end, questions } = await talk([{ findings: [], tool_calls: [wish('total')] }])
  expect(questions).toBe(6)
  expect(asked.map(({ answer }) => answer.name)).toEqual([
    ...Array.from({ length: 5 }, () => 'findings_or_tool_calls'),
    'findings',
  ])
  expect(asked.at(-1)?.prompt).toContain('There are no more tool calls.')
  expect(end).toEqual({ kind: 'cut-short', reason: 'the model wanted to look further' })
})

test('what was found on the way counts, and is told to be reported', async () => {
  const { asked, entries } = await talk([
    { findings: [finding], tool_calls: [wish('total')] },
    { findings: [{ ...finding, title: 'Another' }], tool_calls: [] },
  ])
  expect(entries).toHaveLength(2)
  expect(asked[1]?.prompt).toContain(`Reported:\n"${finding.title}"`)
})

describe('a wish that means nothing is told so in the next question', () => {
  test.each<[string, unknown, string]>([
    ['an unknown tool', [{ tool: 'grep', text: 'x' }], 'Not made: tool must be read_range, search or list.'],
    ['a hostile path', [{ tool: 'read_range', path: '../../etc/passwd' }], 'Not made: path: it must be'],
    ['no list', 'search for total', 'Not made: tool must be'],
    [
      'too many at once',
      ['a1', 'b1', 'c1', 'd1', 'e1', 'f1'].map(wish),
      '(2 more calls were not made: at most 4 in an answer)',
    ],
    ['the same again', [wish('total'), wish('total')], 'Not made again: its result stands above.'],
  ])('%s', async (_what, wishes, told) => {
    const { asked, end } = await talk([{ findings: [], tool_calls: wishes }, { findings: [] }])
    expect(asked[1]?.prompt).toContain(told)
    expect(end).toEqual({ kind: 'complete' })
  })
})

describe('ends early, with what was found', () => {
  const first = { findings: [finding], tool_calls: [wish('total')] }
  const cut = `{"findings": [${JSON.stringify(finding)}, {"start_tag": "ab`
  test.each<[string, readonly unknown[], Conversation['end'], number]>([
    [
      'prose',
      [first, 'LGTM'],
      { kind: 'failed', reason: 'the model answered without a list of findings' },
      1,
    ],
    [
      'an answer with neither findings nor wishes',
      [first, { findings: 'none', tool_calls: [] }],
      { kind: 'failed', reason: 'the model answered without a list of findings' },
      1,
    ],
    [
      'an answer that was cut off',
      [first, new UnusableAnswerError('truncated', 'cut', { text: cut, usage, model })],
      { kind: 'failed', reason: 'the answer was truncated' },
      2,
    ],
    [
      'a question that got too long',
      [first, new ContextTooLongError('128k')],
      { kind: 'cut-short', reason: 'too long for the model' },
      1,
    ],
    [
      'a cap',
      [first, new OverBudgetError('over the money cap of this run')],
      { kind: 'cut-short', reason: 'over the money cap of this run', isOverBudget: true },
      1,
    ],
    ['a cap before it began', [new OverBudgetError('a cap')], { kind: 'over-budget', reason: 'a cap' }, 0],
    ['a change too long for the model', [new ContextTooLongError('8k')], { kind: 'too-long' }, 0],
  ])('%s', async (_what, answers, end, found) => {
    const said = await talk(answers)
    expect(said.end).toEqual(end)
    expect(said.entries).toHaveLength(found)
  })

  test('what a cut answer found is found by the model that gave it', async () => {
    const { entries } = await talk([
      first,
      new UnusableAnswerError('truncated', 'cut', { text: cut, usage, model }),
    ])
    expect(entries).toMatchObject([{ model: 'openai/large-1' }, { model }])
  })

  test('what concerns the whole run is thrown', async () => {
    const error = new RateLimitedError('wait', new Date())
    await expect(talk([first, error])).rejects.toBe(error)
  })
})

test('a first question that alone is larger than the budget is not asked', async () => {
  const [first] = (await talk([{ findings: [], tool_calls: [] }])).asked
  const size = estimateTokens(first?.system ?? '') + estimateTokens(first?.prompt ?? '')
  const said = [{ findings: [finding], tool_calls: [] }]
  expect(await talk(said, { questions: 6, tokens: size - 100 })).toMatchObject({
    asked: [],
    entries: [],
    questions: 0,
    end: { kind: 'too-large' },
  })
  expect(await talk(said, { questions: 6, tokens: size + 100 })).toMatchObject({ end: { kind: 'complete' } })
})

test('without files nothing can be looked up, and a wish is no failure', async () => {
  const { end } = await converse(matter, roomy, {
    ask: (question) => {
      expect(question.prompt).toContain('There are no tools this time.')
      const value = { findings: [], tool_calls: [wish('total')] }
      return Promise.resolve({
        value,
        text: '',
        finishReason: 'stop',
        rawFinishReason: 'stop',
        usage,
        model: 'm',
        source: 'model',
      })
    },
  })
  expect(end).toEqual({ kind: 'complete' })
})

test('whatever is answered, it ends within its bounds, keeps every finding, and is the same again', async () => {
  const call = fc.oneof(
    fc.jsonValue(),
    fc.record({
      tool: fc.constantFrom('read_range', 'search', 'list', 'grep'),
      path: fc.oneof(fc.string(), fc.constantFrom('a.py', '../x', null)),
      from: fc.oneof(fc.integer(), fc.string(), fc.constant(null)),
      to: fc.oneof(fc.integer(), fc.constant(null)),
      text: fc.oneof(fc.string(), fc.constant('total')),
      why: fc.string(),
    }),
  )
  const answer = fc.record({
    findings: fc.array(fc.oneof(fc.jsonValue(), fc.constant(finding)), { maxLength: 5 }),
    tool_calls: fc.oneof(fc.array(call, { maxLength: 8 }), fc.jsonValue()),
  })
  const bounds = fc.record({
    questions: fc.integer({ min: 1, max: 8 }),
    tokens: fc.integer({ min: 5_000, max: 100_000 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 8 }), bounds, async (answers, limits) => {
      const result = 'y'.repeat(MOST_RESULT_BYTES)
      const said = await talk(answers, limits, result)
      expect(said.questions).toBeLessThanOrEqual(limits.questions)
      const tokens = said.asked.map(({ system, prompt }) => estimateTokens(system) + estimateTokens(prompt))
      expect(tokens.reduce((sum, some) => sum + some, 0)).toBeLessThanOrEqual(limits.tokens)
      const given = said.asked.flatMap(
        (_, index) => answers[Math.min(index, answers.length - 1)]?.findings ?? [],
      )
      expect(said.entries).toHaveLength(given.length)
      expect((await talk(answers, limits, result)).asked.map(({ prompt }) => prompt)).toEqual(
        said.asked.map(({ prompt }) => prompt),
      )
    }),
    { numRuns: 60 },
  )
})
