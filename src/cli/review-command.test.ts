import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { CapturedOutput } from '../../test/captured-output.ts'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import { openRuff } from '../analysis/analyser.ruff.ts'
import { checkSyntax } from '../analysis/check-syntax.ts'
import { scanSecrets } from '../analysis/secret-scanner.ts'
import { systemClock } from '../base/clock.ts'
import { randomIds } from '../base/ids.ts'
import { readConfig } from '../config.ts'
import { tagLines } from '../diff/line-tags.ts'
import { parsePatch } from '../diff/parse-patch.ts'
import { diffBlobs } from '../git/diff-blobs.ts'
import { openGitHub } from '../github/github.octokit.ts'
import { repositoryName } from '../github/github.ts'
import { openModel } from '../llm/model.ai-sdk.ts'
import { sharedModel } from '../llm/model-source.ts'
import type { Model } from '../llm/model.ts'
import { createReviewChange } from '../review/review-change.ts'
import { reviewOnce } from '../review/review-once.ts'
import { defaultReviewSettings } from '../review/review-settings.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { ReviewJson } from './format-json.ts'
import { runReview, type ReviewContext, type ReviewRequest, type Reviewing } from './review-command.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-review-'))
const log = createLogger('silent')
const never = new AbortController().signal
const ruff = openRuff()

let github: GitHubEmulator
let llm: LlmEmulator
let repository: ScratchRepository

beforeAll(async () => {
  github = await openGitHubEmulator({ folder: path.join(folder, 'github'), contentLimits: 'off' })
  llm = await openLlmEmulator()
})
afterAll(async () => {
  await Promise.all([github.close(), llm.close()])
  rmSync(folder, { recursive: true, force: true })
})

/** A branch that adds a Python function with a name that nobody defined, on line 2. */
beforeEach(() => {
  repository = openScratchRepository()
  repository.write('total.py', 'RATE = 2\n')
  repository.commit()
  repository.git('switch', '--quiet', '--create', 'feature')
  repository.write('price.py', 'def price(item):\n    return item.cost * RATE\n')
  repository.commit()
})
afterEach(() => {
  repository.close()
})

function emulatedModel(): Model {
  return openModel({
    provider: 'openai-compatible',
    model: 'emulated',
    apiKey: 'key',
    baseUrl: llm.baseUrl,
    timeoutMs: 5_000,
  })
}

/** The real engine, with a linter for Python and perhaps a model. */
function reviewing(model?: Model): Reviewing {
  const reviewChange = createReviewChange({
    ...(model && { models: sharedModel(model) }),
    analysers: [ruff],
    scanSecrets,
    checkSyntax,
    settings: defaultReviewSettings,
    clock: systemClock,
    newId: randomIds,
  })
  const options = { apiUrl: github.url, clock: systemClock, log, timeoutMs: 5_000 }
  const api = openGitHub({ ...options, credentials: { kind: 'token', token: github.token } })
  return {
    reviewChange,
    reviewPullRequest: (name, number, { post }, observer, signal) =>
      reviewOnce(
        api.repository(name),
        name,
        number,
        { reviewChange, post, clock: systemClock, newId: randomIds, diffBlobs, needsContent: () => true },
        observer,
        signal,
      ),
    close: () => Promise.resolve(),
  }
}

/** What a model answers that finds a problem on an added line of the branch. */
function citing(text: string) {
  const hunks = parsePatch(repository.git('diff', 'main', 'feature')).flatMap((file) => file.hunks)
  const lines = tagLines(hunks).hunks.flatMap((hunk) => hunk.lines)
  const tag = lines.find(({ line }) => line.text === text)?.tag ?? ''
  return {
    start_tag: tag,
    end_tag: tag,
    severity: 'high',
    category: 'bug',
    title: 'Free items have no price',
    failure: 'An item without cost → an error.',
    evidence: text,
    replacement: null,
    confidence: 0.9,
  }
}

interface How {
  readonly source?: ReviewRequest['source']
  readonly format?: ReviewRequest['format']
  readonly failOn?: ReviewRequest['failOn']
  readonly open?: ReviewContext['open']
  readonly stdin?: string
  readonly isTTY?: boolean
  readonly signal?: AbortSignal
}

async function review(how: How = {}) {
  const {
    source = { kind: 'local', folder: repository.folder },
    format = 'text',
    failOn,
    isTTY = false,
  } = how
  const terminal = {
    stdin: Readable.from([Buffer.from(how.stdin ?? '')]),
    stdout: new CapturedOutput({ isTTY }),
    stderr: new CapturedOutput({ isTTY }),
  }
  const open = how.open ?? (() => Promise.resolve(reviewing()))
  const code = await runReview(
    { source, format, color: true, ...(failOn && { failOn }) },
    { open, terminal, version: '1.2.3' },
    how.signal ?? never,
  )
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text }
}

describe('a branch', () => {
  test('is printed with its mistake on the right line, and nothing else', async () => {
    const { code, stdout, stderr } = await review()
    expect(stdout).toContain('price.py')
    expect(stdout).toMatch(/line 2 .*\n.*RATE.*\n +2 │ +return item\.cost \* RATE\n/)
    expect(stdout).toContain('No model is configured: read by the built-in analysers alone (ruff).')
    expect(stdout).toContain('Read 1 of 1 hunk in 1 file.')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('fails the gate with a finding as severe as asked, and passes it without', async () => {
    expect((await review({ failOn: 'low' })).code).toBe(1)
    repository.write('price.py', 'def price(item):\n    return item.cost\n')
    repository.commit()
    const { code, stdout } = await review({ failOn: 'low' })
    expect(stdout).toContain(': no findings')
    expect(code).toBe(0)
  })

  test('with uncommitted changes says that they are not part of the review', async () => {
    const note = /^note: uncommitted changes are not part of this review .*\n$/
    repository.write('total.py', 'RATE = UNKNOWN\n')
    const { code, stdout, stderr } = await review()
    expect(stderr).toMatch(note)
    expect(stdout).not.toContain('total.py')
    expect(code).toBe(0)

    const { folder } = repository
    const other = await review({ source: { kind: 'local', folder, head: 'main', base: 'main' } })
    expect(other.stderr).toBe('')
  })

  test('without commits of its own has nothing to review', async () => {
    const { code, stdout } = await review({
      source: { kind: 'local', folder: repository.folder, head: 'main', base: 'main' },
      failOn: 'low',
    })
    expect(stdout).toContain('Nothing changed.')
    expect(code).toBe(0)
  })

  test('is printed as JSON and as SARIF, with nothing before and after', async () => {
    const json = JSON.parse((await review({ format: 'json' })).stdout) as ReviewJson // what it was made of
    expect(json.findings).toMatchObject([{ path: 'price.py', startLine: 2, endLine: 2, side: 'RIGHT' }])
    const sarif: unknown = JSON.parse((await review({ format: 'sarif' })).stdout)
    expect(sarif).toMatchObject({ runs: [{ results: [{ ruleId: 'ruff/F821' }] }] })
  })
})

describe('a patch', () => {
  const diff = () => repository.git('diff', 'main', 'feature').toString()

  test('may come in by the standard input; the files that it adds are read whole', async () => {
    const { code, stdout } = await review({ source: { kind: 'patch', file: '-' }, stdin: diff() })
    expect(stdout).toMatch(/^standard input: 1 high/)
    expect(code).toBe(0)
  })

  test('of a file that is not at hand cannot be read without a model, and says so', async () => {
    const stdin = 'diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = y\n'
    const { code, stdout } = await review({ source: { kind: 'patch', file: '-' }, stdin })
    expect(stdout).toContain('a.py: its whole content is not known, and no model is configured')
    expect(code).toBe(2)
  })

  test('may be a file', async () => {
    const file = path.join(folder, 'fix.patch')
    writeFileSync(file, diff())
    expect((await review({ source: { kind: 'patch', file } })).stdout).toMatch(/^fix\.patch: /)
  })
})

describe('what could not be reviewed ends with 2 and the reason', () => {
  test('when there is no repository', async () => {
    const { code, stdout, stderr } = await review({ source: { kind: 'local', folder } })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^could not review: git rev-parse failed: fatal: not a git repository/)
  })

  test('when settings are wrong: all of them are named', async () => {
    const open = () => {
      readConfig({ PORT: 'x', LLM_TIMEOUT: 'y' }, 'tool')
      return Promise.resolve(reviewing())
    }
    const { code, stderr } = await review({ open })
    expect(stderr).toMatch(/PORT is not[^]*LLM_TIMEOUT is not|LLM_TIMEOUT is not[^]*PORT is not/)
    expect(code).toBe(2)
  })

  test('when the model does not answer', async () => {
    const model = emulatedModel()
    llm.answerNext({ kind: 'fault', fault: 'bad-key' })
    const { code, stdout, stderr } = await review({ open: () => Promise.resolve(reviewing(model)) })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^could not review: .* does not accept the key/)
  })

  test('when the model answers nothing that can be used', async () => {
    const model = emulatedModel()
    llm.answerNext({ kind: 'text', text: 'Looks good to me!' })
    const { code, stdout, stderr } = await review({ open: () => Promise.resolve(reviewing(model)) })
    expect(stdout).toContain('Not everything was read.')
    expect(stderr).toMatch(/^could not review: 1 of 1 hunk was not read: .+/)
    expect(code).toBe(2)
  })

  test('when a gate was asked for and a part was not read', async () => {
    repository.write('stock.py', 'LEFT = 3\n')
    repository.commit()
    const halfway = async (failOn?: 'critical') => {
      const model = emulatedModel()
      llm.answerNext({ kind: 'json', value: { findings: [] } }, { kind: 'text', text: 'Fine!' })
      return await review({ ...(failOn && { failOn }), open: () => Promise.resolve(reviewing(model)) })
    }
    expect(await halfway()).toMatchObject({ code: 0, stderr: '' })
    const gated = await halfway('critical')
    expect(gated).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('1 of 2 hunks was not read') as unknown,
    })
  })

  test('when it is interrupted; and what was opened is closed', async () => {
    const controller = new AbortController()
    let closed = false
    const open = () =>
      Promise.resolve({
        ...reviewing({
          id: 'slow/model',
          ask: async (_, signal) => {
            controller.abort()
            signal.throwIfAborted()
            return await Promise.reject(new Error('not reached'))
          },
        }),
        close: () => {
          closed = true
          return Promise.resolve()
        },
      })
    const { code, stderr } = await review({ open, signal: controller.signal })
    expect({ code, stderr, closed }).toEqual({
      code: 2,
      stderr: 'could not review: it was interrupted\n',
      closed: true,
    })
  })
})

describe('the terminal', () => {
  test('shows progress on its error side, and colours in the review', async () => {
    const { stdout, stderr } = await review({ isTTY: true })
    expect(stderr).toContain('selected…')
    expect(stderr.endsWith('\r\u001B[K')).toBe(true)
    expect(stdout).toContain('\u001B[')
  })

  test('that nobody reads any more is no failure', async () => {
    const terminal = { stdin: Readable.from([]), stdout: new CapturedOutput(), stderr: new CapturedOutput() }
    terminal.stdout.destroy()
    const request = { format: 'text', color: true } as const
    const source = { kind: 'local', folder: repository.folder } as const
    const context = { open: () => Promise.resolve(reviewing()), terminal, version: '1.2.3' }
    expect(await runReview({ ...request, source }, context, never)).toBe(0)
    expect(terminal.stderr.text).toBe('')
  })
})

describe('a pull request', () => {
  test('is printed, and posted when asked, once however often that is', async () => {
    const name = repositoryName.parse('acme/shop')
    await github.addRepository(name, repository.folder)
    const number = await github.openPullRequest({ repository: name, head: 'feature' })
    const pullRequest = (post: boolean) =>
      review({ source: { kind: 'pull-request', repository: name, number, post }, failOn: 'low' })

    const printed = await pullRequest(false)
    expect(printed).toMatchObject({ code: 1, stderr: '' })
    expect(printed.stdout).toMatch(new RegExp(`^acme/shop#${number}: 1 `))
    expect(await github.reviews(name, number)).toHaveLength(0)

    const posted = await pullRequest(true)
    expect(posted.stdout).toContain(`Posted on acme/shop#${number}.\n`)
    const again = await pullRequest(true)
    expect(again.stdout).toContain('A review of this head stands already.')
    expect(again.stdout).not.toContain('Posted')
    expect(await github.reviews(name, number)).toHaveLength(1)
    expect(await github.comments(name, number)).toMatchObject([{ path: 'price.py', line: 2 }])
  })

  test('with a review of its head is left as it is, also when another reading finds other things', async () => {
    const name = repositoryName.parse('acme/twice')
    await github.addRepository(name, repository.folder)
    const number = await github.openPullRequest({ repository: name, head: 'feature' })
    const source = { kind: 'pull-request', repository: name, number, post: true } as const
    await review({ source })
    const standing = async () => [
      await github.comments(name, number),
      await github.issueComments(name, number),
    ]
    const before = await standing()

    const model = emulatedModel()
    llm.answerNext({ kind: 'json', value: { findings: [citing('def price(item):')] } })
    const open = () => Promise.resolve(reviewing(model))
    const json = JSON.parse((await review({ source, open, format: 'json' })).stdout) as ReviewJson // as above
    expect(json.findings.map(({ title }) => title)).toContain('Free items have no price')
    expect(json).toMatchObject({ posted: false, stoodBefore: true })
    expect(await standing()).toEqual(before)
  })

  test('gets its receipt when an earlier command broke off between the comments and the receipt', async () => {
    const name = repositoryName.parse('acme/half')
    await github.addRepository(name, repository.folder)
    const number = await github.openPullRequest({ repository: name, head: 'feature' })
    const source = { kind: 'pull-request', repository: name, number, post: true } as const
    await github.fail({ kind: 'status', status: 422, method: 'POST', path: `/issues/${number}/comments` })
    expect((await review({ source })).code).toBe(2)
    expect(await github.issueComments(name, number)).toEqual([])

    expect((await review({ source })).stdout).toContain('A review of this head stands already.')
    expect(await github.issueComments(name, number)).toHaveLength(1)
    expect(await github.reviews(name, number)).toHaveLength(1)
  })

  test('that is not there is named', async () => {
    const repository = repositoryName.parse('acme/nowhere')
    const { code, stderr } = await review({
      source: { kind: 'pull-request', repository, number: 1, post: false },
    })
    expect(stderr).toContain('acme/nowhere#1')
    expect(code).toBe(2)
  })
})
