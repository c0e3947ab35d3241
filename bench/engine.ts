import { z } from 'zod'
import { checkSyntax } from '../src/analysis/check-syntax.ts'
import { scanSecrets } from '../src/analysis/secret-scanner.ts'
import { systemClock } from '../src/base/clock.ts'
import { randomIds } from '../src/base/ids.ts'
import type { EvalCase } from '../src/eval/eval-case.ts'
import { readDataset } from '../src/eval/read-dataset.ts'
import { answerJsonSchema } from '../src/llm/answer-json-schema.ts'
import { sharedModel } from '../src/llm/model-source.ts'
import type { Answer, Model, Question } from '../src/llm/model.ts'
import { estimateTokens } from '../src/review/estimate-tokens.ts'
import { createReviewChange } from '../src/review/review-change.ts'
import { defaultReviewSettings } from '../src/review/review-settings.ts'
import { answerByLines } from './cache-replay/scripted-reviewer.ts'
import { median } from './median.ts'
import { atMost, type Target } from './queue/target.ts'

export const engineOptions = z.object({
  cases: z.string().default('evals/sample'),
  mirror: z.string().optional(),
  rounds: z.coerce.number().int().min(1),
})

export interface EngineResult {
  readonly benchmark: 'engine'
  readonly cases: readonly CaseFigures[]
  /** Of all cases together. */
  readonly cpuMsPer1000Lines: number
  /** Medians over the cases in which there is something to find or to be silent about. */
  readonly tokensToDiff: number
  readonly tokensToDiffWithSchemas: number
  readonly peakMegabytes: number
  readonly targets: readonly Target[]
}

interface CaseFigures {
  readonly id: string
  readonly expects: EvalCase['expects']
  readonly changedLines: number
  /** Of this process: the programs of git that look around in a repository have their own. */
  readonly cpuMs: number
  readonly questions: { readonly find: number; readonly verify: number }
  /** Estimated, of all questions; what a provider makes of the schema of an answer comes on top of it. */
  readonly tokens: { readonly find: number; readonly verify: number }
  readonly schemaTokens: number
  readonly diffTokens: number
  /** One question about everything: our rules and the diff as git writes it. */
  readonly plainTokens: number
}

const AIMED_CPU_MS = 150
const AIMED_TOKENS_TO_DIFF = 2

/** Reviews each case at standard effort with a model that answers at once, and sums up what that took. */
export async function runEngine(
  { cases: folder, mirror, rounds }: z.infer<typeof engineOptions>,
  say: (line: string) => void,
): Promise<EngineResult> {
  const signal = new AbortController().signal
  const { cases } = await readDataset(folder, signal, {
    ...(mirror !== undefined && { repositories: mirror }),
  })
  const figures: CaseFigures[] = []
  for (const one of cases) {
    const reviews: Reviewed[] = []
    // The first one compiles: it is made, and not counted.
    for (let round = 0; round <= rounds; round++) reviews.push(await reviewOnce(one, signal))
    const figure = {
      ...describe(one, reviews.at(-1)),
      cpuMs: median(reviews.slice(1).map(({ cpuMs }) => cpuMs)),
    }
    figures.push(figure)
    say(tell(figure))
  }
  return summarize(figures, say)
}

interface Reviewed {
  readonly cpuMs: number
  readonly asked: readonly Question[]
}

async function reviewOnce({ change }: EvalCase, signal: AbortSignal): Promise<Reviewed> {
  const asked: Question[] = []
  const reviewChange = createReviewChange({
    models: sharedModel(answeringAtOnce(asked)),
    analysers: [],
    scanSecrets,
    checkSyntax,
    settings: defaultReviewSettings,
    clock: systemClock,
    newId: randomIds,
  })
  const before = process.cpuUsage()
  const scope = { tenant: 'local', repository: change.name, runId: randomIds() }
  await reviewChange(change, scope, { event: () => undefined, call: () => undefined }, signal)
  const { user, system } = process.cpuUsage(before)
  return { cpuMs: (user + system) / 1_000, asked }
}

function answeringAtOnce(asked: Question[]): Model {
  return {
    id: 'scripted/model',
    ask: (question) => {
      asked.push(question)
      return Promise.resolve(answerTo(question))
    },
  }
}

function answerTo({ prompt }: Question): Answer {
  const answer = answerByLines(prompt)
  if (answer.kind !== 'json') throw new Error('the scripted reviewer answers with JSON')
  return {
    value: answer.value,
    text: JSON.stringify(answer.value),
    finishReason: 'stop',
    rawFinishReason: 'stop',
    usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
    model: 'scripted/model',
    source: 'model',
  }
}

function describe(
  { id, expects, change, diffTokens }: EvalCase,
  review?: Reviewed,
): Omit<CaseFigures, 'cpuMs'> {
  const asked = review?.asked ?? []
  const of = (purpose: Question['purpose']): readonly Question[] =>
    asked.filter((question) => question.purpose === purpose)
  const [find, verify] = [of('find'), of('verify')]
  const [first] = find
  return {
    id,
    expects,
    changedLines: change.files
      .flatMap(({ diff }) => diff.hunks.flatMap(({ lines }) => lines))
      .filter(({ kind }) => kind !== 'context').length,
    questions: { find: find.length, verify: verify.length },
    tokens: { find: sumOf(find, textTokens), verify: sumOf(verify, textTokens) },
    schemaTokens: sumOf(asked, schemaTokens),
    diffTokens,
    plainTokens: diffTokens + estimateTokens(first?.system ?? ''),
  }
}

function textTokens({ system, prompt }: Question): number {
  return estimateTokens(system + prompt)
}

function schemaTokens({ answer }: Question): number {
  return estimateTokens(JSON.stringify(answerJsonSchema(answer)))
}

function sumOf<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}

function summarize(figures: readonly CaseFigures[], say: (line: string) => void): EngineResult {
  const scored = figures.filter(
    ({ expects, questions }) => expects !== 'robustness only' && questions.find > 0,
  )
  const ratio = (of: (figure: CaseFigures) => number): number =>
    Number(median(scored.map((figure) => of(figure) / figure.diffTokens)).toFixed(2))
  const cpuMsPer1000Lines = Number(
    (
      (sumOf(figures, ({ cpuMs }) => cpuMs) * 1_000) /
      sumOf(figures, ({ changedLines }) => changedLines)
    ).toFixed(1),
  )
  const asked = ({ tokens }: CaseFigures): number => tokens.find + tokens.verify
  const tokensToDiff = ratio(asked)
  const targets: readonly Target[] = [
    atMost('CPU ms per 1,000 changed lines, all cases together', AIMED_CPU_MS, cpuMsPer1000Lines),
    atMost('tokens of all questions in tokens of the diff, median', AIMED_TOKENS_TO_DIFF, tokensToDiff),
  ]
  for (const { what, aim, measured, met } of targets)
    say(`${met ? 'met' : 'NOT MET'}: ${what}: ${measured}, aimed at ${aim}`)
  return {
    benchmark: 'engine',
    cases: figures,
    cpuMsPer1000Lines,
    tokensToDiff,
    tokensToDiffWithSchemas: ratio((figure) => asked(figure) + figure.schemaTokens),
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    targets,
  }
}

function tell(figures: CaseFigures): string {
  const { id, changedLines, cpuMs, questions, tokens, schemaTokens, diffTokens, plainTokens } = figures
  const share = (part: number, whole: number): string => (whole === 0 ? '–' : (part / whole).toFixed(2))
  return [
    `${id}: ${changedLines} lines, ${cpuMs.toFixed(0)} ms (${share(cpuMs, changedLines)} a line)`,
    `${questions.find} + ${questions.verify} questions, ${tokens.find} + ${tokens.verify} tokens`,
    `${share(tokens.find + tokens.verify, diffTokens)} × the diff's ${diffTokens}, beside ${plainTokens} of one plain question`,
    `schemas ${schemaTokens}`,
  ].join('; ')
}
