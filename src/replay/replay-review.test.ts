import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import { CapturedOutput } from '../../test/captured-output.ts'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import { openRuff } from '../analysis/analyser.ruff.ts'
import { openSecrets } from '../analysis/analyser.secrets.ts'
import { checkSyntax } from '../analysis/check-syntax.ts'
import { scanSecrets } from '../analysis/secret-scanner.ts'
import { systemClock } from '../base/clock.ts'
import { randomIds } from '../base/ids.ts'
import { formatJson, type ReviewJson } from '../cli/format-json.ts'
import { runReplay, type ReplayRequest } from '../cli/replay-command.ts'
import { readLocalChange } from '../git/local-change.ts'
import { openModel } from '../llm/model.ai-sdk.ts'
import { sharedModel } from '../llm/model-source.ts'
import { defaultReviewSettings, type ReviewSettings } from '../review/review-settings.ts'
import { recordReview } from './record-review.ts'
import { replayReview } from './replay-review.ts'

const token = ['ghp', 't6IrpC7WhA2sY9vKx0mQeLZbRnJdU4oFgTy5'].join('_')
const never = new AbortController().signal
const quiet = { event: () => undefined, call: () => undefined }
const scope = { tenant: 'local', repository: 'shop', runId: 'one' }

let folder: string
let repository: ScratchRepository
let llm: LlmEmulator
let answer: (prompt: string) => ScriptedAnswer

/** A branch with a credential in it, a name that nobody defined, and two files for the model. */
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-replay-'))
  repository = openScratchRepository()
  repository.write('checks.py', `SECRET = "${token}"\n\n\ndef checked(items):\n    return list(items)\n`)
  repository.commit()
  repository.git('switch', '--quiet', '--create', 'feature')
  repository.write('price.py', `TOKEN = "${token}"\n\n\ndef price(item):\n    return item.cost * RATE\n`)
  repository.write(
    'total.py',
    'from checks import checked\n\n\ndef total(items):\n    items = checked(items)\n    return sum(items) / len(items)\n',
  )
  repository.commit()
  answer = (prompt) => ({ kind: 'json', value: answerTo(prompt) })
  llm = await openLlmEmulator({ answer: ({ prompt }) => answer(prompt) })
})
afterEach(async () => {
  await llm.close()
  repository.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Finds that an average of nothing is asked for, and something that does not stand where it says. */
function answerTo(prompt: string) {
  const line = /^(\w+)\|\+ {4}return sum\(items\) \/ len\(items\)$/m.exec(prompt)
  const finding = {
    severity: 'high',
    category: 'bug',
    title: 'No items, no average',
    failure: 'An empty list → ZeroDivisionError.',
    evidence: 'len(items)',
    replacement: null,
    confidence: 0.9,
  }
  const tag = line?.[1]
  return { findings: [tag ?? 'nowhere', 'zzzz'].map((at) => ({ ...finding, start_tag: at, end_tag: at })) }
}

async function record(effort: ReviewSettings['effort'] = 'quick'): Promise<string> {
  const model = openModel({
    provider: 'openai-compatible',
    model: 'emulated',
    apiKey: 'sk-recorded-0123456789',
    baseUrl: llm.baseUrl,
    timeoutMs: 5_000,
  })
  const reviewChange = recordReview(
    {
      models: sharedModel(model),
      analysers: [openRuff(), openSecrets()],
      scanSecrets,
      checkSyntax,
      settings: { ...defaultReviewSettings, effort },
      clock: systemClock,
      newId: randomIds,
    },
    folder,
  )
  const change = await readLocalChange({ folder: repository.folder, base: 'main' }, never)
  const result = await reviewChange({ ...change, name: 'shop' }, scope, quiet, never)
  return formatJson({ ...result, name: 'shop', files: change.files, posted: 'not' })
}

async function replay(how: Partial<ReplayRequest> = {}) {
  const terminal = { stdin: Readable.from([]), stdout: new CapturedOutput(), stderr: new CapturedOutput() }
  const code = await runReplay(
    { folder, collect: false, format: 'json', color: false, ...how },
    {
      replay: (request, observer, signal) =>
        replayReview({ ...request, checkSyntax, clock: systemClock }, observer, signal),
      terminal,
      version: '1.2.3',
    },
    never,
  )
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text }
}

function answerFiles(): string[] {
  return readdirSync(folder).filter((name) => name !== 'review.json')
}

describe('a review that was recorded', () => {
  test('is printed to the letter as it was, without a model, a repository or a linter', async () => {
    const recorded = await record()
    await llm.close()
    repository.close()
    expect(await replay()).toEqual({ code: 0, stdout: recorded, stderr: '' })
    const { findings } = JSON.parse(recorded) as ReviewJson // what it was made of
    const sources = findings.map(({ source, verdict }) => `${source.kind} ${verdict.kind}`)
    expect(new Set(sources)).toEqual(new Set(['analyser posted', 'model posted', 'model dropped']))
  })

  test('with a conversation about the whole change is made again step by step', async () => {
    const looks = ['search', 'list', 'read_range'].map((tool) => ({
      tool,
      path: tool === 'search' ? null : tool === 'list' ? '' : 'checks.py',
      from: null,
      to: null,
      text: tool === 'search' ? 'checked' : null,
      glob: null,
      why: 'what it does',
    }))
    answer = (prompt) => ({
      kind: 'json',
      value: { ...answerTo(prompt), tool_calls: prompt.includes('(5 more answers') ? looks : [] },
    })
    const recorded = await record('deep')
    const told = JSON.stringify(llm.requests().map(({ body }) => body))
    expect(told).toContain('1: SECRET = ')
    expect(told).not.toContain(token)
    const { receipt } = JSON.parse(recorded) as ReviewJson // what it was made of
    expect(receipt.wholeChange).toMatchObject({ outcome: 'read', questions: 2, toolCalls: 3 })
    await llm.close()
    repository.close()
    expect(await replay()).toEqual({ code: 0, stdout: recorded, stderr: '' })
  })

  test('was read with other files of the head, which are on record without their credentials', async () => {
    await record()
    expect(
      llm
        .requests()
        .map(({ body }) => JSON.stringify(body))
        .join('\n'),
    ).toContain('def checked(items):')
    const { head } = JSON.parse(readFileSync(path.join(folder, 'review.json'), 'utf8')) as {
      head: { files: Record<string, string> } // as `review-record.ts` writes it
    }
    expect(head.files['checks.py']).toBe(
      'SECRET = "‹secret:github-token›"\n\n\ndef checked(items):\n    return list(items)\n',
    )
  })

  test('is a gate as it was', async () => {
    await record()
    expect((await replay({ failOn: 'high' })).code).toBe(1)
  })

  test('holds no credential, neither of the change nor of the model', async () => {
    await record()
    expect(answerFiles()).toHaveLength(2)
    const all = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'))
    expect(all.join('\n')).not.toContain(token)
    expect(all.join('\n')).not.toContain('sk-recorded')
    expect(all.join('\n')).toContain('‹secret:github-token›')
  })

  test('asks nobody when it is recorded there again', async () => {
    const first = await record()
    const asked = llm.requests().length
    expect(await record()).toBe(first)
    expect(llm.requests()).toHaveLength(asked)
  })
})

describe('an answer that is missing', () => {
  test('ends the replay, and the file is named', async () => {
    await record()
    const [name = ''] = answerFiles()
    rmSync(path.join(folder, name))
    const { code, stdout, stderr } = await replay()
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`${path.join(folder, name)} is missing`)
  })

  test('can be given by somebody else: the next replay goes on with it', async () => {
    const recorded = await record()
    for (const name of answerFiles()) rmSync(path.join(folder, name))
    const waiting = await replay({ collect: true })
    expect(waiting.code).toBe(2)
    expect(waiting.stderr).toContain(`2 questions without an answer: see *.question.json in ${folder}`)

    for (const name of answerFiles()) {
      const file = path.join(folder, name)
      const { prompt } = JSON.parse(readFileSync(file, 'utf8')) as { prompt: string[] } // our own file
      const answer = JSON.stringify(answerTo(prompt.join('\n')))
      writeFileSync(file.replace('question.json', 'answer.json'), answer)
    }
    expect(await replay({ collect: true })).toEqual({ code: 0, stdout: recorded, stderr: '' })
  })
})

test('a folder without a record says how one is made', async () => {
  const { code, stderr } = await replay()
  expect(code).toBe(2)
  expect(stderr).toMatch(/^could not review: .*review\.json is missing: .*lorgnette review --record DIR/)
})

test('a record that was tampered with is refused, with the place', async () => {
  await record()
  const file = path.join(folder, 'review.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('"kind": "added"', '"kind": "moved"'))
  expect((await replay()).stderr).toContain(
    'is no record of a review: change.files.0.diff.hunks.0.lines.0.kind',
  )
})
