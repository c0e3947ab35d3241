import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import { systemClock, type Clock } from '../base/clock.ts'
import { errorKind } from '../base/errors.ts'
import { openGitHub } from '../github/github.octokit.ts'
import { commitId, repositoryName, type CommitId, type GitHubRepository } from '../github/github.ts'
import { reviewMarker, summaryMarker, withMarker } from '../github/marker.ts'
import { statement } from '../postgres/database.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { Finding, Verdict } from './finding.ts'
import { gatherDiffs } from './gather.ts'
import { postReview } from './post-review.ts'
import type { Receipt } from './receipt.ts'
import { openRunStore } from './run-store.postgres.ts'
import {
  RunLostError,
  type DecidedReview,
  type PostLedger,
  type RunStore,
  type StartedRun,
} from './run-store.ts'
import type { RunId } from './run.ts'

const kind = testDatabases()[0]
const signal = new AbortController().signal
const name = repositoryName.parse('acme/shop')
const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-post-'))

let source: ScratchRepository
let emulator: GitHubEmulator
let database: TestDatabase
let store: RunStore
/** With the rights of the App, and with those of a person's token. */
let app: GitHubRepository
let person: GitHubRepository
let base: CommitId
/** Heads of the branches `change` (line 10 of `app.ts` is another) and `next`, which goes on from there. */
let head: CommitId
let next: CommitId

const addRun = statement<never>(
  'test-add-run-to-post',
  `with pull_request as (
     insert into pull_requests (pr_number, repo_full_name, title, author, author_is_bot, state, draft, labels,
       head_commit, base_branch, github_updated_at)
     values ($2::integer, 'acme/shop', 'title', 'mona', false, 'open', false, '{}', $3::text, 'main', now())
     on conflict (repo_full_name, pr_number) do update set head_commit = excluded.head_commit
     returning id
   )
   insert into review_runs (id, pull_request_id, head_commit, base_branch, state)
   select $1, id, $3, 'main', 'queued' from pull_request`,
)
const selectComments = statement<{ finding_id: string; line_number: number }>(
  'test-select-comments',
  'select finding_id, line_number from reviews where run_id = $1 order by finding_id',
)
const selectPlaces = statement<{ id: string; verdict: string; place: string | null }>(
  'test-select-places',
  'select id, verdict, place from findings where run_id = $1 order by id',
)

const ageIntents = statement<never>(
  'test-age-intents',
  `update post_intents set intended_at = intended_at - interval '1 minute'`,
)

const inline: Verdict = { kind: 'posted', place: 'inline' }

function finding(id: string, said: Partial<Finding> = {}): Finding {
  return {
    id,
    source: { kind: 'model', model: 'openai/large' },
    path: 'app.ts',
    anchor: { side: 'RIGHT', startLine: 10, endLine: 10 },
    severity: 'high',
    category: 'bug',
    title: `Problem ${id}`,
    explanation: 'An empty cart fails.',
    evidence: 'x',
    confidence: 0.9,
    verdict: inline,
    fingerprint: id,
    ...said,
  }
}

/** Far from every hunk: GitHub refuses a comment there. */
const outside = { side: 'RIGHT', startLine: 30, endLine: 30 } as const
const dropped = finding('dropped', {
  anchor: outside,
  verdict: { kind: 'dropped', reason: 'outside-diff', detail: 'line 30' },
})
const folded = finding('folded', { verdict: { kind: 'posted', place: 'summary' } })

function receipt(hunks: Partial<Receipt['hunks']> = { read: 1 }): Receipt {
  return {
    outcome: 'reviewed',
    reader: { model: 'openai/large', analysers: [] },
    hunks: { read: 0, 'from-cache': 0, skipped: 0, 'over-budget': 0, failed: 0, ...hunks },
    files: [{ path: 'app.ts', hunks }],
    findings: { posted: 0, merged: 0, dropped: 0 },
  }
}

const decide = (findings: readonly Finding[], of = receipt()): DecidedReview => ({
  baseCommit: base,
  findings,
  receipt: of,
})

interface PostOptions {
  readonly ledger: PostLedger
  readonly repository: GitHubRepository
  readonly clock?: Clock
}

describe.skipIf(kind?.missing)('a review on GitHub', () => {
  beforeAll(async () => {
    source = openScratchRepository()
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`)
    source.write('app.ts', lines.join('\n'))
    base = commitId.parse(source.commit())
    source.git('checkout', '--quiet', '-b', 'change')
    source.write('app.ts', lines.with(9, 'line 10, changed').join('\n'))
    head = commitId.parse(source.commit())
    source.git('checkout', '--quiet', '-b', 'next')
    source.write('app.ts', lines.with(9, 'line 10, changed again').join('\n'))
    next = commitId.parse(source.commit())

    emulator = await openGitHubEmulator({
      folder: path.join(folder, 'emulator'),
      validate: true,
      contentLimits: 'off',
    })
    await emulator.addRepository(name, source.folder)
    const options = {
      apiUrl: emulator.url,
      clock: systemClock,
      log: createLogger('silent'),
      timeoutMs: 10_000,
    }
    const { id: appId, privateKey } = emulator.app
    app = openGitHub({ ...options, credentials: { kind: 'app', appId, privateKey } }).repository(name)
    person = openGitHub({ ...options, credentials: { kind: 'token', token: emulator.token } }).repository(
      name,
    )
    if (!kind) throw new Error('there is no database')
    database = await kind.open()
    store = openRunStore(database.database)
  })

  afterEach(async () => {
    await emulator.clearFaults()
    const violations = await emulator.violations()
    if (violations.length > 0) throw new Error(`against GitHub's description: ${violations.join('\n')}`)
  })

  afterAll(async () => {
    await emulator.close()
    await database.drop()
    source.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** A pull request of the change with a queued run for its head. */
  async function open(): Promise<RunId> {
    const number = await emulator.openPullRequest({ repository: name, head: 'change' })
    return await queue(number, head)
  }

  async function queue(number: number, commit: CommitId): Promise<RunId> {
    const id = randomUUID() as RunId // any text will do for a test
    await database.database.run(addRun, id, number, commit)
    return id
  }

  async function start(id: RunId): Promise<StartedRun> {
    const taken = await store.start(id, { holdMs: 0 })
    if (taken.kind !== 'started') throw new Error(`the run is ${taken.kind}`)
    return taken.run
  }

  /** One attempt, as the one who drives runs makes it: what was decided before is not decided again. */
  async function attempt(
    id: RunId,
    review: DecidedReview,
    { ledger = store, repository = app }: { ledger?: PostLedger; repository?: GitHubRepository } = {},
  ): Promise<StartedRun> {
    const run = await start(id)
    if (!run.decided) await store.decide(run, review)
    await post(run, run.decided ?? review, { ledger, repository })
    return run
  }

  function post(
    run: StartedRun,
    review: DecidedReview,
    { ledger, repository, clock = systemClock }: PostOptions,
  ): Promise<readonly Finding[]> {
    const currentFiles = () => gatherDiffs(repository, run.pullRequest, signal)
    return postReview({ ledger, repositoryWith: () => repository, run, currentFiles, clock, signal }, review)
  }

  /** What stands on the pull request of a run, of whoever wrote with our marker. */
  async function standing(run: StartedRun) {
    const number = run.pullRequest
    const marker = reviewMarker(run)
    const checkRuns = await emulator.checkRuns(name, run.head)
    const conversation = await emulator.issueComments(name, number)
    return {
      reviews: (await emulator.reviews(name, number)).filter(({ body }) => body.endsWith(marker)),
      comments: await emulator.comments(name, number),
      checkRuns: checkRuns.filter(({ externalId }) => externalId === marker),
      summaries: conversation.filter(({ body }) => body.endsWith(summaryMarker(run))),
    }
  }

  /** Requests that write, from the `from`-th on. */
  async function writes(from: number): Promise<string[]> {
    const all = await emulator.requests()
    return all
      .slice(from)
      .filter(({ method, path }) => method !== 'GET' && !path.includes('access_tokens'))
      .map(({ method, path }) => `${method} ${path.split('/').slice(4).join('/')}`)
  }
  const requestCount = async (): Promise<number> => (await emulator.requests()).length

  /** Whatever was intended is long over. */
  const untilNothingIsUnderWay = async (): Promise<void> => {
    await database.database.run(ageIntents)
  }

  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    )

  test('is one review with its comments, one check run, and no summary where nothing is missing', async () => {
    const before = await requestCount()
    const run = await attempt(await open(), decide([finding('a'), finding('b'), dropped]))
    const { reviews, comments, checkRuns, summaries } = await standing(run)
    expect(reviews).toMatchObject([{ commit: head, state: 'COMMENTED' }])
    expect(comments).toMatchObject([
      { path: 'app.ts', line: 10, reviewId: reviews[0]?.id },
      { path: 'app.ts', line: 10, reviewId: reviews[0]?.id },
    ])
    expect(comments[0]?.body).toContain('Problem a')
    expect(checkRuns).toMatchObject([
      { name: 'Lorgnette', conclusion: 'neutral', title: '2 problems found, read the only hunk in 1 file' },
    ])
    expect(summaries).toEqual([])
    expect(await writes(before)).toHaveLength(2)
    expect(await database.database.run(selectComments, run.id)).toEqual([
      { finding_id: 'a', line_number: 10 },
      { finding_id: 'b', line_number: 10 },
    ])
  })

  test('without findings is a green check run alone', async () => {
    const before = await requestCount()
    const run = await attempt(await open(), decide([]))
    expect(await standing(run)).toMatchObject({
      reviews: [],
      comments: [],
      summaries: [],
      checkRuns: [{ conclusion: 'success' }],
    })
    expect(await writes(before)).toEqual(['POST check-runs'])
  })

  test('with a finding that has no place inline, or with unread hunks, has a summary', async () => {
    const withFolded = await attempt(await open(), decide([folded]))
    expect((await standing(withFolded)).summaries[0]?.body).toContain('Problem folded')
    const unread = await attempt(await open(), decide([], receipt({ read: 1, failed: 1 })))
    const { summaries, checkRuns } = await standing(unread)
    expect(summaries[0]?.body).toContain('read 1 of 2 hunks')
    expect(checkRuns).toMatchObject([{ conclusion: 'neutral' }])
  })

  test('by a person with a token has its receipt in the summary, for only Apps write check runs', async () => {
    const run = await attempt(await open(), decide([]), { repository: person })
    const { checkRuns, summaries } = await standing(run)
    expect(checkRuns).toEqual([])
    expect(summaries).toMatchObject([{ author: 'token-owner' }])
    expect(summaries[0]?.body).toContain('No problems found, read the only hunk in 1 file')
    expect(summaries[0]?.body).toContain('| read | 1 |')
  })

  test('has its receipt in the summary where the App may not write check runs', async () => {
    await emulator.fail({
      kind: 'status',
      status: 403,
      body: { message: 'Resource not accessible by integration' },
      method: 'POST',
      path: '/check-runs$',
    })
    const run = await attempt(await open(), decide([]))
    expect((await standing(run)).summaries[0]?.body).toContain('| read | 1 |')
  })

  test('that is posted a second time changes nothing', async () => {
    const id = await open()
    const review = decide([finding('a'), folded])
    const run = await attempt(id, review)
    const first = await standing(run)
    await attempt(id, review)
    const second = await standing(run)
    expect(second.reviews).toEqual(first.reviews)
    expect(second.comments).toEqual(first.comments)
    expect(second.checkRuns).toHaveLength(1)
    expect(second.summaries.map(({ id, body }) => [id, body])).toEqual(
      first.summaries.map(({ id, body }) => [id, body]),
    )
  })

  describe('whatever dies in the middle', () => {
    /** The same object, but the call number `at` throws: before it does its work, or after it. */
    function dying<Target extends object>(
      target: Target,
      when: 'before' | 'after',
      counter: { left: number },
    ): Target {
      return new Proxy(target, {
        get(object, key) {
          const value: unknown = Reflect.get(object, key)
          if (typeof value !== 'function') return value
          return async (...values: unknown[]) => {
            const dies = counter.left-- === 0
            if (dies && when === 'before') throw new Error('the process died')
            const result: unknown = await Reflect.apply(value, object, values)
            if (dies) throw new Error('the process died')
            return result
          }
        },
      })
    }

    test.each(['before', 'after'] as const)(
      'is posted once, when the process dies %s any step and comes back',
      { timeout: 120_000 },
      async (when) => {
        // Inline, folded, refused by GitHub, and dropped: every way that a finding can go.
        const review = decide([finding('a'), finding('far', { anchor: outside }), folded, dropped])
        let died = true
        let steps = 0
        for (; died; steps++) {
          const id = await open()
          const counter = { left: steps }
          const [ledger, repository] = [dying(store, when, counter), dying(app, when, counter)]
          died = (await failure(attempt(id, review, { ledger, repository }))) !== undefined
          await untilNothingIsUnderWay()
          const run = await attempt(id, review)
          const { reviews, comments, checkRuns, summaries } = await standing(run)
          expect({
            steps,
            reviews: reviews.length,
            checkRuns: checkRuns.length,
            summaries: summaries.length,
          }).toEqual({
            steps,
            reviews: 1,
            checkRuns: 1,
            summaries: 1,
          })
          expect(comments.map(({ body }) => /Problem \w+/.exec(body)?.[0])).toEqual(['Problem a'])
          const said = summaries[0]?.body.match(/Problem \w+/g)
          expect(said).toEqual(['Problem far', 'Problem folded'])
          expect(await database.database.run(selectComments, id)).toEqual([
            { finding_id: 'a', line_number: 10 },
          ])
        }
        expect(steps).toBeGreaterThan(10)
      },
    )

    test.each([
      ['review', 'POST', '/reviews$'],
      ['check run', 'POST', '/check-runs$'],
      ['summary', 'POST', '/issues/\\d+/comments$'],
    ])('is posted once, when the answer to the %s is lost', async (_write, method, path) => {
      for (const answer of ['reset', 502] as const) {
        const id = await open()
        const review = decide([finding('a'), folded])
        await emulator.fail({ kind: 'after', answer, method, path })
        expect(errorKind(await failure(attempt(id, review)))).toBe('retryable')
        const run = await attempt(id, review)
        const { reviews, comments, checkRuns, summaries } = await standing(run)
        expect([reviews.length, comments.length, checkRuns.length, summaries.length]).toEqual([1, 1, 1, 1])
      }
    })

    test.each([
      ['review', '/reviews$', '/reviews\\?'],
      ['check run', '/check-runs$', '/check-runs\\?'],
      ['summary', '/issues/\\d+/comments$', '/comments\\?'],
    ])('is not posted when nobody can tell whether its %s stands already', async (_write, post, list) => {
      const id = await open()
      const review = decide([finding('a'), folded])
      await emulator.fail({ kind: 'after', answer: 'reset', method: 'POST', path: post })
      await failure(attempt(id, review))
      await emulator.fail({ kind: 'status', status: 502, method: 'GET', path: list })
      const before = await requestCount()
      expect(errorKind(await failure(attempt(id, review)))).toBe('retryable')
      expect((await writes(before)).filter((write) => new RegExp(post).test(`/${write}`))).toEqual([])
      const run = await attempt(id, review)
      const { reviews, checkRuns, summaries } = await standing(run)
      expect([reviews.length, checkRuns.length, summaries.length]).toEqual([1, 1, 1])
    })

    test('waits while an earlier write without an answer may still land', async () => {
      const id = await open()
      await emulator.fail({ kind: 'reset', method: 'POST', path: '/reviews$' })
      expect(errorKind(await failure(attempt(id, decide([finding('a')]))))).toBe('retryable')
      const before = await requestCount()
      expect(errorKind(await failure(attempt(id, decide([finding('a')]))))).toBe('rate-limited')
      // Asking again does not begin the wait again.
      expect(errorKind(await failure(attempt(id, decide([finding('a')]))))).toBe('rate-limited')
      expect(await writes(before)).toEqual([])
      await untilNothingIsUnderWay()
      const run = await attempt(id, decide([finding('a')]))
      expect((await standing(run)).reviews).toHaveLength(1)
    })

    test('is posted at once when GitHub answered that it did not do it', async () => {
      const id = await open()
      await emulator.fail({ kind: 'status', status: 502, method: 'POST', path: '/reviews$' })
      expect(errorKind(await failure(attempt(id, decide([finding('a')]))))).toBe('retryable')
      const run = await attempt(id, decide([finding('a')]))
      expect((await standing(run)).reviews).toHaveLength(1)
    })

    test('is not posted by an attempt that another one overtook', async () => {
      const id = await open()
      const stale = await start(id)
      await start(id)
      const before = await requestCount()
      const posting = post(stale, decide([finding('a')]), { ledger: store, repository: app })
      expect(await failure(posting)).toBeInstanceOf(RunLostError)
      expect(await writes(before)).toEqual([])
    })

    test.each(['review', 'check-run', 'summary'] as const)(
      'is posted once, when the process stands still after its intent to write the %s, until another one is done',
      async (what) => {
        const id = await open()
        const review = decide([finding('a'), folded])
        const run = await start(id)
        await store.decide(run, review)
        const clock = createManualClock()
        const ledger: PostLedger = {
          ...store,
          intend: async (held, kind, marker, again) => {
            const intent = await store.intend(held, kind, marker, again)
            if (kind === what) {
              await untilNothingIsUnderWay()
              await attempt(id, review)
              clock.advance(15_000)
            }
            return intent
          },
        }
        const woken = post(run, review, { ledger, repository: app, clock })
        expect(errorKind(await failure(woken))).toBe('retryable')
        const { reviews, comments, checkRuns, summaries } = await standing(run)
        expect([reviews.length, comments.length, checkRuns.length, summaries.length]).toEqual([1, 1, 1, 1])
      },
    )

    test('is not posted when time passed after the last question, until the request could leave', async () => {
      const run = await start(await open())
      await store.decide(run, decide([finding('a')]))
      const clock = createManualClock()
      const slow = openGitHub({
        apiUrl: emulator.url,
        credentials: { kind: 'app', appId: emulator.app.id, privateKey: emulator.app.privateKey },
        clock: systemClock,
        log: createLogger('silent'),
        timeoutMs: 10_000,
        fetch: (...request) => {
          // The token is got between the store's answer and the write.
          clock.advance(15_000)
          return fetch(...request)
        },
      })
      const posting = {
        ledger: store,
        repositoryWith: (beforeWrite: () => void) => slow.repository(name, undefined, { beforeWrite }),
        run,
        currentFiles: () => gatherDiffs(app, run.pullRequest, signal),
        clock,
        signal,
      }
      const thrown = await failure(postReview(posting, decide([finding('a')])))
      expect(errorKind(thrown)).toBe('retryable')
      expect((await standing(run)).reviews).toEqual([])
      // Nothing left, so nothing has to be waited for.
      await attempt(run.id, decide([finding('a')]))
      expect((await standing(run)).reviews).toHaveLength(1)
    })

    test('is not posted once it was aborted', async () => {
      const run = await start(await open())
      await store.decide(run, decide([finding('a')]))
      const aborted = AbortSignal.abort()
      const currentFiles = () => gatherDiffs(app, run.pullRequest, aborted)
      const posting = {
        ledger: store,
        repositoryWith: () => app,
        run,
        currentFiles,
        clock: systemClock,
        signal: aborted,
      }
      expect(errorKind(await failure(postReview(posting, decide([finding('a')]))))).toBe('aborted')
      expect((await standing(run)).reviews).toEqual([])
    })
  })

  describe('with lines that GitHub refuses', () => {
    test('says those findings in the summary and the others inline, and drops none', async () => {
      const merged = finding('merged', { anchor: outside, verdict: { kind: 'merged', into: 'a' } })
      const review = decide([finding('a'), finding('far', { anchor: outside }), dropped, merged])
      const run = await attempt(await open(), review)
      const { reviews, comments, summaries, checkRuns } = await standing(run)
      expect(reviews).toHaveLength(1)
      expect(comments.map(({ body }) => /Problem \w+/.exec(body)?.[0])).toEqual(['Problem a'])
      for (const text of [summaries[0]?.body, checkRuns[0]?.summary]) {
        expect(text?.match(/Problem \w+/g)).toEqual(['Problem far'])
      }
      expect(checkRuns[0]?.title).toMatch(/^2 problems found/)
      expect(await database.database.run(selectPlaces, run.id)).toEqual([
        { id: 'a', verdict: 'posted', place: 'inline' },
        { id: 'dropped', verdict: 'dropped', place: null },
        { id: 'far', verdict: 'posted', place: 'summary' },
        { id: 'merged', verdict: 'merged', place: null },
      ])
    })

    test('only, says everything in the summary', async () => {
      const review = decide([finding('far', { anchor: outside }), finding('away', { path: 'other.ts' })])
      const run = await attempt(await open(), review)
      const { reviews, comments, summaries } = await standing(run)
      expect([reviews, comments]).toEqual([[], []])
      expect(summaries[0]?.body.match(/Problem \w+/g)).toEqual(['Problem far', 'Problem away'])
      expect(await database.database.run(selectComments, run.id)).toEqual([])
    })

    test('although they are in the diff, says everything in the summary without trying again', async () => {
      const body = { message: 'Unprocessable Entity', errors: ['User can only have one pending review'] }
      await emulator.fail({ kind: 'status', status: 422, body, method: 'POST', path: '/reviews$', times: 9 })
      const before = await requestCount()
      const run = await attempt(await open(), decide([finding('a'), dropped]))
      const { reviews, summaries } = await standing(run)
      expect(reviews).toEqual([])
      expect(summaries[0]?.body.match(/Problem \w+/g)).toEqual(['Problem a'])
      expect((await writes(before)).filter((write) => write.endsWith('/reviews'))).toHaveLength(1)
    })
  })

  describe('its summary', () => {
    /** A run for the next head of the pull request of an earlier run. */
    async function push(earlier: StartedRun): Promise<RunId> {
      return await queue(earlier.pullRequest, next)
    }

    test('is one per pull request, edited in place for every head', async () => {
      const first = await attempt(await open(), decide([folded]))
      const [before] = (await standing(first)).summaries
      const second = await attempt(await push(first), decide([{ ...folded, title: 'Another one' }]))
      const { summaries } = await standing(second)
      expect(summaries).toMatchObject([{ id: before?.id, edits: 1 }])
      expect(summaries[0]?.body).toContain('Another one')
      expect(summaries[0]?.body).not.toContain('Problem folded')
    })

    test('is edited by a clean review where there is one, and not made where there is none', async () => {
      const first = await attempt(await open(), decide([folded]))
      const second = await attempt(await push(first), decide([]))
      expect((await standing(second)).summaries).toMatchObject([{ edits: 1 }])
      expect((await standing(second)).summaries[0]?.body).toContain('No problems found')
    })

    test('that somebody deleted is made again when there is something to say, else not', async () => {
      const first = await attempt(await open(), decide([folded]))
      const [gone] = (await standing(first)).summaries
      await emulator.deleteIssueComment(name, first.pullRequest, gone?.id ?? 0)
      const clean = await push(first)
      await attempt(clean, decide([]))
      expect((await standing(first)).summaries).toEqual([])
      const run = await start(clean)
      await post(run, decide([folded]), { ledger: store, repository: app })
      expect((await standing(run)).summaries).toHaveLength(1)
    })

    test('that somebody deleted is made again once, also when the answer is lost', async () => {
      const first = await attempt(await open(), decide([folded]))
      const [gone] = (await standing(first)).summaries
      await emulator.deleteIssueComment(name, first.pullRequest, gone?.id ?? 0)
      const id = await push(first)
      await emulator.fail({ kind: 'after', answer: 'reset', method: 'POST', path: '/issues/\\d+/comments$' })
      await failure(attempt(id, decide([folded])))
      const run = await attempt(id, decide([folded]))
      expect((await standing(run)).summaries).toHaveLength(1)
    })
  })

  test('is not silenced by a stranger who copied our markers', async () => {
    const id = await open()
    const run = await start(id)
    await emulator.comment(name, run.pullRequest, {
      author: 'stranger',
      body: withMarker('All good!', summaryMarker(run)),
    })
    const review = { commit: head, body: withMarker('LGTM', reviewMarker(run)), comments: [] }
    await person.postReview(run.pullRequest, review, signal)
    // As after a crash between the intent and the write, when everything is looked up.
    await store.intend(run, 'review', reviewMarker(run))
    await store.intend(run, 'summary', summaryMarker(run))
    await untilNothingIsUnderWay()
    await attempt(id, decide([finding('a'), folded]))
    const { reviews, summaries } = await standing(run)
    expect(reviews.map(({ author }) => author)).toEqual(['token-owner', 'lorgnette-test[bot]'])
    expect(summaries.map(({ author }) => author)).toEqual(['stranger', 'lorgnette-test[bot]'])
  })
})
