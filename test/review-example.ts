import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { buildHistory, demoPullRequests } from '../demo/build-history.ts'
import { openLlmEmulator } from '../emulators/llm/llm-emulator.ts'
import type { LlmQuestion } from '../emulators/llm/wire-format.ts'
import { checkSyntax } from '../src/analysis/check-syntax.ts'
import { scanSecrets } from '../src/analysis/secret-scanner.ts'
import { systemClock } from '../src/base/clock.ts'
import { countingIds } from '../src/base/ids.ts'
import { packageRoot } from '../src/base/package-root.ts'
import { openAnalysers } from '../src/compose/reviewing.ts'
import { readLocalChange } from '../src/git/local-change.ts'
import { openModel } from '../src/llm/model.ai-sdk.ts'
import { sharedModel } from '../src/llm/model-source.ts'
import { createReviewChange, type ReviewResult } from '../src/review/review-change.ts'
import { defaultReviewSettings } from '../src/review/review-settings.ts'

/** One entry of an answer, in the order of its members. */
const entry = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))
type Entry = z.infer<typeof entry>

/**
 * What a strong model would say of the branch of the demo's history that `docs/how-a-review-works.md` follows, written by
 * hand: each candidate, the verdict on it where it comes to a second look, and what it is worth where that stood by it.
 */
const candidates = z.array(
  z.object({
    file: z.string(),
    finding: entry,
    verdict: entry.optional(),
    worth: z.number().optional(),
  }),
)

/** As it came over the wire, and what was answered. */
export interface AskedQuestion extends Pick<LlmQuestion, 'prompt'> {
  readonly answer: {
    readonly findings?: Entry[]
    readonly verdicts?: Entry[]
    readonly claims?: Entry[]
  }
}

export interface ReviewExample extends ReviewResult {
  readonly asked: readonly AskedQuestion[]
}

/** Reviews the branch with the real engine, its analysers and default settings; the answers are those of the example. */
export async function reviewExample(branch: string, signal: AbortSignal): Promise<ReviewExample> {
  const file = path.join(packageRoot, `docs/examples/${branch}.json`)
  const known = candidates.parse(JSON.parse(await readFile(file, 'utf8')))
  const asked: AskedQuestion[] = []
  const llm = await openLlmEmulator({
    answer({ prompt }) {
      const answer = answerTo(prompt)
      asked.push({ prompt, answer })
      return { kind: 'json', value: answer }
    },
  })
  const folder = await mkdtemp(path.join(tmpdir(), 'lorgnette-example-'))
  try {
    const repository = path.join(folder, 'stockroom')
    await buildHistory(repository)
    const pullRequest = (await demoPullRequests()).find((one) => one.branch === branch)
    const change = await readLocalChange({ folder: repository, base: 'main', head: branch }, signal)
    const model = openModel({
      provider: 'openai-compatible',
      model: 'by-hand',
      apiKey: 'key',
      baseUrl: llm.baseUrl,
      timeoutMs: 30_000,
    })
    const reviewChange = createReviewChange({
      models: sharedModel(model),
      analysers: openAnalysers(),
      scanSecrets,
      checkSyntax,
      settings: defaultReviewSettings,
      clock: systemClock,
      newId: countingIds(),
    })
    const scope = { tenant: 'local', repository: 'stockroom', runId: 'example' }
    const quiet = { event: () => undefined, call: () => undefined }
    return { ...(await reviewChange({ ...change, ...pullRequest }, scope, quiet, signal)), asked }
  } finally {
    await llm.close()
    await rm(folder, { recursive: true, force: true })
  }

  function answerTo(prompt: string): AskedQuestion['answer'] {
    if (prompt.includes('\n\nJudge each claim')) return verdictsOn(prompt)
    return prompt.includes('\n\nCompare the claims') ? comparisonOf(prompt) : findingsIn(prompt)
  }

  /** Of a file that is asked about in several units, what stands in this one. */
  function findingsIn(prompt: string): { findings: Entry[] } {
    const here = known.filter(
      ({ file, finding }) =>
        prompt.includes(`\nFile: ${JSON.stringify(file)} `) &&
        prompt.includes(`\n${String(finding['start_tag'])}|`),
    )
    return { findings: here.map(({ finding }) => finding) }
  }

  function verdictsOn(prompt: string): { verdicts: Entry[] } {
    return {
      verdicts: claimsIn(prompt, /^(\d+)\. (".*")$/gm).map(({ claim, known: { verdict } }) => ({
        claim,
        ...verdict,
        same_as: null,
      })),
    }
  }

  function comparisonOf(prompt: string): { claims: Entry[] } {
    return {
      claims: claimsIn(prompt, /^(\d+)\. ".*?" (".*?(?<!\\)") – ".*"$/gm).map(
        ({ claim, known: { worth } }) => ({
          claim,
          same_as: null,
          worth: worth ?? null,
        }),
      ),
    }
  }

  function claimsIn(
    prompt: string,
    line: RegExp,
  ): { readonly claim: number; readonly known: (typeof known)[number] }[] {
    return [...prompt.matchAll(line)].map(([, number, said = '""']) => {
      const words = z.string().parse(JSON.parse(said))
      const claimed = known.find(({ finding }) => words.startsWith(`${String(finding['title'])}: `))
      if (!claimed) throw new Error(`the example knows no claim ${words}`)
      return { claim: Number(number), known: claimed }
    })
  }
}
