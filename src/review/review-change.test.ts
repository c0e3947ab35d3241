import { expect, test } from 'vitest'
import type { Analyser } from '../analysis/analyser.ts'
import { checkSyntax } from '../analysis/check-syntax.ts'
import { scanSecrets } from '../analysis/secret-scanner.ts'
import { systemClock } from '../base/clock.ts'
import { randomIds } from '../base/ids.ts'
import { collectQuestions } from '../budget/collected-questions.ts'
import { addedContent } from '../diff/added-content.ts'
import { parsePatch } from '../diff/parse-patch.ts'
import type { Change } from './change.ts'
import type { RunScope } from '../llm/model-source.ts'
import { createReviewChange, type Reviewer } from './review-change.ts'
import { defaultReviewSettings } from './review-settings.ts'
import type { Receipt } from './receipt.ts'
import type { RunEvent } from './run-store.ts'

/** Put together here, so that nobody takes it for a credential of somebody. */
const token = ['ghp', 'x7Rk2mQ9vLp4sTn8wYb3cZd6fHj1gKa5eUoX'].join('_')

function addedFile(path: string, lines: readonly string[]): Change {
  const patch = [
    `diff --git a/${path} b/${path}`,
    'new file mode 100644',
    '--- /dev/null',
    `+++ b/${path}`,
    `@@ -0,0 +1,${lines.length} @@`,
    ...lines.map((line) => `+${line}`),
    '',
  ].join('\n')
  const files = parsePatch(patch).map((diff) => ({ diff, content: addedContent(diff) ?? '' }))
  return { name: 'test', title: '', body: '', files, complete: true }
}

/** Says every line that it reads, as linters do that quote the code. */
const quoting: Analyser = {
  name: 'quoting',
  kind: 'linter',
  covers: () => true,
  analyse: (files) =>
    Promise.resolve({
      unread: [],
      findings: files.flatMap(({ diff, content }) =>
        content
          .trimEnd()
          .split('\n')
          .map((line, index) => ({
            path: diff.path,
            anchor: { side: 'RIGHT' as const, startLine: index + 1, endLine: index + 1 },
            rule: 'quote',
            severity: 'low' as const,
            category: 'other' as const,
            title: `Found ${line}`,
            explanation: `It says ${line}.`,
          })),
      ),
    }),
}

test('a credential that an analyser quotes reaches no finding', async () => {
  const reviewChange = createReviewChange({
    analysers: [quoting],
    scanSecrets,
    checkSyntax,
    settings: defaultReviewSettings,
    clock: systemClock,
    newId: randomIds,
  })
  const change = addedFile('client.py', [`TOKEN = "${token}"`, 'print("hello")'])
  const scope = { tenant: 'local', repository: 'test', runId: 'one' }
  const quiet = { event: () => undefined, call: () => undefined }
  const { findings } = await reviewChange(change, scope, quiet, new AbortController().signal)
  expect(findings).toHaveLength(2)
  expect(JSON.stringify(findings)).not.toContain(token)
  expect(JSON.stringify(findings)).toContain('‹secret:github-token›')
})

test('the model is asked for the run, and what the cache answered is not counted as read by it', async () => {
  const scopes: RunScope[] = []
  const reviewChange = createReviewChange({
    models: {
      id: 'openai/large',
      forRun: (scope) => {
        scopes.push(scope)
        return {
          id: 'openai/large',
          ask: ({ prompt }) =>
            Promise.resolve({
              value: { findings: [] },
              text: '{"findings": []}',
              finishReason: 'stop',
              rawFinishReason: 'stop',
              usage: { inputTokens: 10, cachedInputTokens: 0, outputTokens: 2 },
              model: 'openai/large',
              source: prompt.includes('old.py') ? 'cache' : 'model',
            }),
        }
      },
    },
    analysers: [],
    scanSecrets,
    checkSyntax,
    settings: defaultReviewSettings,
    clock: systemClock,
    newId: randomIds,
  })
  const [old, fresh] = ['old.py', 'new.py'].map((path) => addedFile(path, ['print("hello")']))
  const change = { ...addedFile('a.py', ['']), files: [...(old?.files ?? []), ...(fresh?.files ?? [])] }
  const scope = { tenant: '77', repository: 'octo/hello', pullRequest: 3, runId: 'one' }
  const sources: string[] = []
  const { receipt } = await reviewChange(
    change,
    scope,
    { event: () => undefined, call: ({ unit, source }) => void sources.push(`${unit} ${source}`) },
    new AbortController().signal,
  )
  expect(scopes).toEqual([scope])
  expect(sources.toSorted()).toEqual(['new.py model', 'old.py cache'])
  expect(receipt.hunks).toEqual({ read: 1, 'from-cache': 1, skipped: 0, 'over-budget': 0, failed: 0 })
})

test('with a model an event says which guidelines were read, and what was ignored; the receipt, what is wrong', async () => {
  const told = async (
    models?: Reviewer['models'],
  ): Promise<{ events: readonly RunEvent[]; notes: Receipt['notes'] }> => {
    const events: RunEvent[] = []
    const change: Change = {
      ...addedFile('client.py', ['print("hello")']),
      guidelines: [{ source: 'AGENTS.md', text: 'Names must be short.' }],
      ignoredGuidelines: [{ source: '.lorgnette.yml', reason: 'it is no YAML (line 1)' }],
    }
    const { receipt } = await createReviewChange({
      ...(models && { models }),
      analysers: [],
      scanSecrets,
      checkSyntax,
      settings: defaultReviewSettings,
      clock: systemClock,
      newId: randomIds,
    })(
      change,
      { tenant: 'local', repository: 'test', runId: 'one' },
      { event: (event) => void events.push(event), call: () => undefined },
      new AbortController().signal,
    )
    return { events: events.filter(({ step }) => step === 'read guidelines'), notes: receipt.notes }
  }
  const detail = { 'AGENTS.md': 'read', '.lorgnette.yml': 'ignored: it is no YAML (line 1)' }
  const { events, notes } = await told(collectQuestions('openai/large').models)
  expect(events).toEqual([{ step: 'read guidelines', detail }])
  expect(notes).toContain('Ignored in `.lorgnette.yml`: it is no YAML (line 1).')
  expect(await told()).toEqual({ events: [], notes: undefined })
})

test('an abort while the head is opened ends the review alone: it is the failure of nobody else', async () => {
  const untilAborted = (signal: AbortSignal, lateMs: number): Promise<never> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason as Error), lateMs))
    })
  const stop = new AbortController()
  const reviewChange = createReviewChange({
    models: {
      id: 'openai/large',
      forRun: () => ({ id: 'openai/large', ask: (_question, signal) => untilAborted(signal, 0) }),
    },
    // The analysers hear of it well before the fetch under way ends: nobody waits for them yet.
    analysers: [{ ...quoting, analyse: (_files, signal) => untilAborted(signal, 0) }],
    scanSecrets,
    checkSyntax,
    settings: defaultReviewSettings,
    clock: systemClock,
    newId: randomIds,
  })
  const change: Change = {
    ...addedFile('client.py', ['print("hello")']),
    openHead: (signal) => {
      const opening = untilAborted(signal, 50)
      stop.abort()
      return opening
    },
  }
  const scope = { tenant: 'local', repository: 'test', runId: 'one' }
  const quiet = { event: () => undefined, call: () => undefined }
  // A rejection that nobody handles would end a worker with all its runs; here it fails the whole run of tests.
  await expect(reviewChange(change, scope, quiet, stop.signal)).rejects.toThrow('aborted')
})
