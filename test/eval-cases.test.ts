import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openOxlint } from '../src/analysis/analyser.oxlint.ts'
import { openRuff } from '../src/analysis/analyser.ruff.ts'
import { openSecrets } from '../src/analysis/analyser.secrets.ts'
import { checkSyntax } from '../src/analysis/check-syntax.ts'
import { scanSecrets } from '../src/analysis/secret-scanner.ts'
import { systemClock } from '../src/base/clock.ts'
import { randomIds } from '../src/base/ids.ts'
import { makeReport } from '../src/eval/eval-report.ts'
import { readDataset } from '../src/eval/read-dataset.ts'
import { runEval } from '../src/eval/run-eval.ts'
import { sharedModel } from '../src/llm/model-source.ts'
import type { Model } from '../src/llm/model.ts'
import { defaultReviewSettings } from '../src/review/review-settings.ts'

/** Real pull requests of other projects, which cannot stand in this repository: see CONTRIBUTING.md. */
const dataset = process.env['EVAL_CASES']
const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-eval-cases-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/**
 * Finds something on every third line that was added, quotes it rightly, and sometimes cites what is not there: not a
 * reader to learn from, but one that cites thousands of real lines.
 */
const scriptedReader: Model = {
  id: 'openai-compatible/scripted',
  ask: ({ purpose, prompt }) => {
    const lines = [...prompt.matchAll(/^(\w+)\|\+(.*\S.*)$/gm)]
      .filter((_, index) => index % 3 === 0)
      .slice(0, 90)
    const findings = lines.map(([, tag = '', text = ''], index) => ({
      start_tag: index % 10 === 9 ? 'zzzzzz' : tag,
      end_tag: index % 10 === 9 ? 'zzzzzz' : tag,
      severity: 'high',
      category: 'bug',
      title: `Something is wrong with line ${index}`,
      failure: 'An input → a wrong outcome.',
      evidence: text,
      replacement: null,
      confidence: 0.9,
    }))
    const value = purpose === 'find' ? { findings } : {}
    return Promise.resolve({
      value,
      text: JSON.stringify(value),
      finishReason: 'stop',
      rawFinishReason: 'stop',
      usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 },
      model: 'openai-compatible/scripted',
      source: 'model',
    })
  },
}

test('on real changes, odd ones among them, every comment stands where it should, and nothing is lost', async (context) => {
  context.skip(
    dataset === undefined,
    'EVAL_CASES is not set: it names the folder of rebuilt evaluation cases',
  )
  const { cases } = await readDataset(dataset ?? '', context.signal)
  const reviewer = {
    models: sharedModel(scriptedReader),
    analysers: [openRuff(), openOxlint(), openSecrets()],
    scanSecrets,
    checkSyntax,
    settings: { ...defaultReviewSettings, effort: 'quick' as const, maxInlineComments: 30 },
    clock: systemClock,
    newId: randomIds,
  }
  const runs = await runEval(
    { reviewer, collect: false, folder },
    { cases, runs: 1, concurrency: 2 },
    () => undefined,
    context.signal,
  )
  const setup = { model: scriptedReader.id, judge: null, effort: 'quick', runs: 1, missing: [], cases }
  const report = makeReport(setup, runs)
  expect(report.rows.filter(({ state }) => state !== 'done')).toEqual([])
  expect(report.findings.unaccounted).toBe(0)
  expect(report.findings.candidates).toBeGreaterThan(100)
  const misplaced = report.rows.flatMap((row) =>
    row.state === 'done' ? row.comments.filter(({ anchor }) => anchor !== 'right') : [],
  )
  expect(misplaced).toEqual([])
}, 300_000)
