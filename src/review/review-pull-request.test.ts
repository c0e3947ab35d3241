import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import { systemClock } from '../base/clock.ts'
import { errorKind } from '../base/errors.ts'
import { diffBlobs } from '../git/diff-blobs.ts'
import { openGitHub } from '../github/github.octokit.ts'
import { repositoryName } from '../github/github.ts'
import { statement } from '../postgres/database.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openMetrics } from '../telemetry/metrics.ts'
import type { Change } from './change.ts'
import { makeReceipt } from './make-receipt.ts'
import type { ReviewChange } from './review-change.ts'
import { failRun, reviewPullRequest, type PullRequestReviewer } from './review-pull-request.ts'
import { openRunStore } from './run-store.postgres.ts'
import type { Taken } from './run-store.ts'
import type { RunId } from './run.ts'

const kind = testDatabases()[0]
const never = new AbortController().signal
const name = repositoryName.parse('acme/shop')
const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-run-'))

let source: ScratchRepository
let emulator: GitHubEmulator
let database: TestDatabase
let reviewer: PullRequestReviewer
/** Changes that were read, oldest first. */
let read: Change[]
/** What happens while a change is read. */
let meanwhile: (signal: AbortSignal) => Promise<void>
let branches = 0
/** A commit that somebody pushes. */
let next: string

const addRun = statement<never>(
  'test-add-run-to-drive',
  `with pull_request as (
     insert into pull_requests (pr_number, repo_full_name, title, author, author_is_bot, state, draft, labels,
       head_commit, base_branch, github_updated_at)
     values ($2::integer, 'acme/shop', 'title', 'mona', false, 'open', false, '{}', $3::text, 'main', now() - interval '1 second')
     returning id
   )
   insert into review_runs (id, pull_request_id, head_commit, base_branch, state)
   select $1, id, $3, 'main', 'queued' from pull_request`,
)
/** Another run of the same pull request, for no head that it ever had. */
const addSecond = statement<never>(
  'test-add-second',
  `insert into review_runs (id, pull_request_id, head_commit, base_branch, state)
   select $1, pull_request_id, repeat('0', 40), 'main', 'queued' from review_runs where id = $2`,
)
/** The run for a head that was pushed now. */
const addNewest = statement<never>(
  'test-add-newest',
  `with pull_request as (
     update pull_requests set head_commit = $3::text, github_updated_at = now()
     from review_runs where review_runs.id = $2 and pull_requests.id = pull_request_id
     returning pull_requests.id
   )
   insert into review_runs (id, pull_request_id, head_commit, base_branch, state)
   select $1, id, $3, 'main', 'queued' from pull_request`,
)
const supersede = statement<never>(
  'test-supersede-run',
  `update review_runs set state = 'superseded', ended_at = now() where id = $1`,
)
const endHolds = statement<never>('test-end-holds', `update run_holds set held_until = now()`)
const selectRun = statement<{
  state: string
  reason: string
  outcome: string | null
  hunks_read: number | null
}>(
  'test-select-run',
  `select state, review_runs.reason, outcome, hunks_read
   from review_runs left join receipts on receipts.run_id = review_runs.id where review_runs.id = $1`,
)

/** Reads everything and finds nothing: who asks a model or analysers has tests of its own. */
const findNothing: ReviewChange = async (change, _scope, _observer, signal) => {
  read.push(change)
  await meanwhile(signal)
  const files = change.files.map((file) => ({ file, selection: { kind: 'review' } as const }))
  const units = files.map(({ file: { diff } }) => ({
    unit: { path: diff.path, file: diff, hunks: diff.hunks, estimatedTokens: 1 },
    outcome: 'read' as const,
  }))
  const analysers = { candidates: [], readBy: new Map(), failures: new Map() }
  const shared = {
    complete: change.complete,
    model: 'openai/large',
    linters: [],
    findings: [],
  }
  return { findings: [], receipt: makeReceipt({ files, units, analysers, ...shared }) }
}

describe.skipIf(kind?.missing)('a run', () => {
  beforeAll(async () => {
    source = openScratchRepository()
    source.write('app.ts', 'one\n')
    source.commit()
    source.git('branch', 'other')
    source.git('checkout', '--quiet', '-b', 'next')
    source.write('app.ts', 'three\n')
    next = source.commit()
    emulator = await openGitHubEmulator({ folder: path.join(folder, 'emulator'), contentLimits: 'off' })
    if (!kind) throw new Error('there is no database')
    database = await kind.open()
    await emulator.addRepository(name, source.folder)
    const { id: appId, privateKey } = emulator.app
    reviewer = {
      runs: openRunStore(database.database),
      github: openGitHub({
        apiUrl: emulator.url,
        credentials: { kind: 'app', appId, privateKey },
        clock: systemClock,
        log: createLogger('silent'),
        timeoutMs: 10_000,
      }),
      reviewChange: findNothing,
      diffBlobs,
      needsContent: () => true,
      reviewDrafts: false,
      metrics: openMetrics(),
      clock: systemClock,
    }
  })

  beforeEach(async () => {
    read = []
    meanwhile = () => Promise.resolve()
    await emulator.clearFaults()
  })

  afterAll(async () => {
    await emulator.close()
    await database.drop()
    source.close()
    rmSync(folder, { recursive: true, force: true })
  })

  interface Opened {
    readonly id: RunId
    readonly number: number
    readonly branch: string
    readonly head: string
  }

  /** A pull request of its own branch, with a queued run for its head. */
  async function open(): Promise<Opened> {
    const branch = `change-${++branches}`
    source.git('checkout', '--quiet', '-b', branch, 'main')
    source.write('app.ts', `two, ${branches}\n`)
    const head = source.commit()
    await emulator.push(name, branch, head)
    const number = await emulator.openPullRequest({ repository: name, head: branch })
    const id = randomUUID() as RunId // any text will do for a test
    await database.database.run(addRun, id, number, head)
    return { id, number, branch, head }
  }

  const drive = ({ id }: Opened, signal = never): Promise<void> => reviewPullRequest(reviewer, id, signal)
  const fail = ({ id }: Opened, signal = never): Promise<void> =>
    failRun(reviewer, id, 'the key is wrong', signal)
  const look = async ({ id }: Opened) => (await database.database.run(selectRun, id))[0]

  /** What GitHub answers about it. */
  async function shownOf({ number }: Opened): Promise<unknown> {
    const response = await fetch(`${emulator.url}/repos/${name}/pulls/${number}`, {
      headers: { authorization: `Bearer ${emulator.token}` },
    })
    return await response.json()
  }

  /** What was said about it on GitHub. */
  async function said({ number, head }: Opened) {
    const checkRuns = await emulator.checkRuns(name, head)
    const summaries = await emulator.issueComments(name, number)
    const reviews = await emulator.reviews(name, number)
    return {
      checkRuns: checkRuns.map(({ conclusion, title }) => `${conclusion}: ${title}`),
      comments: [...reviews, ...summaries].map(({ body }) => body.split('\n')[0]),
    }
  }

  const nothing = { checkRuns: [], comments: [] }
  const green = { checkRuns: ['success: No problems found, read the only hunk in 1 file'], comments: [] }

  test('is driven from the pull request to the receipt', async () => {
    const opened = await open()
    await drive(opened)
    expect(read).toMatchObject([
      { name: `${name}#${opened.number}`, files: [{ content: `two, ${branches}\n` }] },
    ])
    expect(await look(opened)).toEqual({ state: 'completed', reason: '', outcome: 'reviewed', hunks_read: 1 })
    expect(await said(opened)).toEqual(green)
  })

  test('that has ended is left alone', async () => {
    const opened = await open()
    await drive(opened)
    await drive(opened)
    expect(read).toHaveLength(1)
    expect(await said(opened)).toEqual(green)
  })

  test("that nobody knows cannot be driven, and its failure is nobody's", async () => {
    const unknown = 'nobody knows it' as RunId
    expect(await reviewPullRequest(reviewer, unknown, never).catch(errorKind)).toBe('permanent')
    await failRun(reviewer, unknown, 'there is no run', never)
  })

  test('waits while another run of its pull request is under way, and starts when that is through', async () => {
    const opened = await open()
    const second = randomUUID() as RunId // any text will do for a test
    await database.database.run(addSecond, second, opened.id)
    let waited: unknown
    meanwhile = async () => {
      meanwhile = () => Promise.resolve()
      waited = await reviewPullRequest(reviewer, second, never).catch(errorKind)
    }
    await drive(opened)
    expect(waited).toBe('rate-limited')
    await reviewPullRequest(reviewer, second, never)
    expect(await look({ ...opened, id: second })).toMatchObject({ state: 'superseded' })
  })

  test('is broken off while it is read, when a newer head supersedes it', async () => {
    const opened = await open()
    const clock = createManualClock()
    meanwhile = async (signal) => {
      await database.database.run(supersede, opened.id)
      await clock.sleepers(1)
      clock.advance(1_000)
      await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('broken off'))),
      )
    }
    await reviewPullRequest({ ...reviewer, clock }, opened.id, never)
    expect(await look(opened)).toMatchObject({ state: 'superseded', outcome: null })
    expect(await said(opened)).toEqual(nothing)
  })

  test('that failed runs again when a person asks for it', async () => {
    const opened = await open()
    await fail(opened)
    await reviewPullRequest(reviewer, opened.id, never)
    expect(await look(opened)).toMatchObject({ state: 'failed' })
    await reviewPullRequest(reviewer, opened.id, never, true)
    expect(await look(opened)).toMatchObject({ state: 'completed', outcome: 'reviewed' })
    expect((await said(opened)).checkRuns).toEqual(green.checkRuns)
  })

  test('does not give way to an older head that GitHub shows for a moment, reviewed as it is', async () => {
    const opened = await open()
    const before = await shownOf(opened)
    await drive(opened)
    await emulator.push(name, opened.branch, next)
    const newest = randomUUID() as RunId // any text will do for a test
    await database.database.run(addNewest, newest, opened.id, next)
    await emulator.fail({ kind: 'status', status: 200, body: before, path: `/pulls/${opened.number}$` })
    expect(await reviewPullRequest(reviewer, newest, never).catch(errorKind)).toBe('retryable')
    expect(await look({ ...opened, id: newest })).toMatchObject({ state: 'running', outcome: null })
    await reviewPullRequest(reviewer, newest, never)
    expect(await look({ ...opened, id: newest })).toMatchObject({ state: 'completed', outcome: 'reviewed' })
  })

  test('asks once, also when posting fails and it is driven again', async () => {
    const opened = await open()
    await emulator.fail({ kind: 'status', status: 502, method: 'POST', path: '/check-runs$' })
    expect(await drive(opened).catch(errorKind)).toBe('retryable')
    expect(await look(opened)).toMatchObject({ state: 'posting', outcome: null })
    await drive(opened)
    expect(read).toHaveLength(1)
    expect(await said(opened)).toEqual(green)
  })

  describe('ends without a word', () => {
    type Move = (opened: Opened) => Promise<void>
    const moves: [what: string, reason: RegExp, move: Move][] = [
      ['the pull request was closed', /was closed/, ({ number }) => emulator.closePullRequest(name, number)],
      [
        'a newer head came',
        /a newer head came: [0-9a-f]{12}$/,
        ({ branch }) => emulator.push(name, branch, next),
      ],
      ['its base was changed', /base branch/, ({ number }) => emulator.editBase(name, number, 'other')],
      ['it was made a draft', /made a draft/, ({ number }) => emulator.convertToDraft(name, number)],
      ['its conversation was locked', /was locked/, ({ number }) => emulator.lock(name, number)],
    ]

    test.each(moves)('when %s before it began, and nothing is read', async (_what, reason, move) => {
      const opened = await open()
      await move(opened)
      await drive(opened)
      expect(read).toEqual([])
      expect(await look(opened)).toMatchObject({ state: 'superseded', outcome: 'superseded' })
      expect((await look(opened))?.reason).toMatch(reason)
      expect(await said(opened)).toEqual(nothing)
    })

    test('and the head that stands there is owed, although nobody delivered it', async () => {
      const opened = await open()
      await emulator.push(name, opened.branch, next)
      await drive(opened)
      const owed = await reviewer.runs.owed(100)
      const heads = await Promise.all(
        owed.map(async (id) => headOf(await reviewer.runs.start(id, { holdMs: 0 }))),
      )
      expect(heads).toContain(next)
    })

    test.each(moves)('when %s while it was read', async (_what, reason, move) => {
      const opened = await open()
      meanwhile = () => move(opened)
      await drive(opened)
      expect(await look(opened)).toMatchObject({ state: 'superseded', outcome: 'superseded' })
      expect((await look(opened))?.reason).toMatch(reason)
      expect(await said(opened)).toEqual(nothing)
    })

    test('when the pull request is gone', async () => {
      const opened = await open()
      await emulator.fail({ kind: 'status', status: 404, path: `/pulls/${opened.number}$` })
      await drive(opened)
      expect(await look(opened)).toMatchObject({ state: 'skipped', outcome: 'skipped' })
      expect(await said(opened)).toEqual(nothing)
    })

    test('here, when another attempt took it over', async () => {
      const opened = await open()
      meanwhile = async () => {
        meanwhile = () => Promise.resolve()
        // As one that stood still for longer than it may.
        await database.database.run(endHolds)
        await drive(opened)
      }
      await drive(opened)
      expect(await look(opened)).toMatchObject({ state: 'completed' })
      expect(await said(opened)).toEqual(green)
    })
  })

  describe('that cannot be brought to its end', () => {
    test('says so on the pull request, and ends as failed', async () => {
      const opened = await open()
      await fail(opened)
      expect(await look(opened)).toMatchObject({
        state: 'failed',
        reason: 'the key is wrong',
        outcome: 'failed',
      })
      expect(await said(opened)).toEqual({
        checkRuns: ['failure: Could not review: the key is wrong'],
        comments: ['**Lorgnette**: Could not review: the key is wrong.'],
      })
    })

    test('says nothing about a head that is not the newest any more', async () => {
      const opened = await open()
      await emulator.push(name, opened.branch, next)
      await fail(opened)
      expect(await look(opened)).toMatchObject({ state: 'superseded', outcome: 'superseded' })
      expect(await said(opened)).toEqual(nothing)
    })

    test('ends as failed also when nobody can ever be told', async () => {
      const opened = await open()
      await emulator.fail({ kind: 'status', status: 410, path: `/pulls/${opened.number}$` })
      expect(await fail(opened).catch(errorKind)).toBe('permanent')
      expect(await look(opened)).toMatchObject({ state: 'failed', outcome: 'failed' })
    })

    test('stays open while GitHub is away: the next one says so', async () => {
      const opened = await open()
      await emulator.fail({ kind: 'status', status: 502, path: `/pulls/${opened.number}$` })
      expect(await fail(opened).catch(errorKind)).toBe('retryable')
      expect(await look(opened)).toMatchObject({ outcome: null })
      await fail(opened)
      expect((await said(opened)).checkRuns).toEqual(['failure: Could not review: the key is wrong'])
    })

    test('stays open when that is aborted: the next one says so', async () => {
      const opened = await open()
      expect(await fail(opened, AbortSignal.abort()).catch(errorKind)).toBe('aborted')
      expect(await look(opened)).toMatchObject({ outcome: null })
      await fail(opened)
      expect((await said(opened)).checkRuns).toEqual(['failure: Could not review: the key is wrong'])
    })

    test('is left alone when it has ended meanwhile', async () => {
      const opened = await open()
      await drive(opened)
      await fail(opened)
      expect(await look(opened)).toMatchObject({ state: 'completed' })
      expect(await said(opened)).toEqual(green)
    })
  })
})

function headOf(taken: Taken): string | undefined {
  return taken.kind === 'started' ? taken.run.head : undefined
}
