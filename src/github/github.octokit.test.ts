import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { asApp } from '../../emulators/github/api-caller.ts'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import { z } from 'zod'
import { systemClock } from '../base/clock.ts'
import { errorKind, errorMessage } from '../base/errors.ts'
import { createLogger } from '../telemetry/logger.ts'
import {
  commitId,
  repositoryName,
  type CheckRun,
  type CommitId,
  type GitHub,
  type GitHubRepository,
  type PlaceContent,
} from './github.ts'
import { openGitHub } from './github.octokit.ts'
import { reviewMarker, summaryMarker, withMarker } from './marker.ts'

const signal = new AbortController().signal
const name = repositoryName.parse('acme/shop')
const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-github-'))
const source = path.join(folder, 'source')
const log = createLogger('silent')

let emulator: GitHubEmulator
/** With the rights of the App, and with those of a person's token. */
let asOurApp: GitHub
let asPerson: GitHub
let app: GitHubRepository
let person: GitHubRepository
let base: CommitId
let change: CommitId
/** The pull request of the branch `change`. */
let number: number

function git(...args: string[]): string {
  return execFileSync('git', ['-C', source, ...args], { encoding: 'utf8' }).trim()
}

const odd = 'Some folder/ü #1 100%?.txt'
const symlink = 'M 120000 inline'
const text = (content: string): string => `data ${Buffer.byteLength(content)}\n${content}\n`
const file = (filePath: string, content: string): string => `M 100644 inline "${filePath}"\n${text(content)}`
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('')

/** A commit for `git fast-import`, on top of `from`, or else of what the branch has so far. */
function commit(branch: string, from: string | undefined, ...changes: string[]): string {
  const parent = from === undefined ? '' : `from ${from}\n`
  const author = 'committer A <a@example.test> 1767225600 +0000\n'
  return `commit refs/heads/${branch}\n${author}${text(branch)}${parent}${changes.join('')}\n`
}

function writeHistory(): void {
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', source])
  const history = [
    commit(
      'main',
      undefined,
      file('src/app.ts', lines(1, 40)),
      file('old name.md', lines(1, 20)),
      file('gone.txt', 'gone\n'),
      file(odd, 'odd\n'),
      file('large.txt', 'x'.repeat(1_200_000)),
      file('empty.txt', ''),
      `${symlink} link\n${text('src/app.ts')}`,
      `${symlink} dangling\n${text('../../elsewhere')}`,
      `M 160000 ${'1'.repeat(40)} vendor/lib\n`,
    ),
    commit(
      'change',
      'refs/heads/main',
      file('src/app.ts', `${lines(1, 9)}line 10, changed\nline 10a\n${lines(11, 40)}`),
      'R "old name.md" "new name.md"\n',
      'D gone.txt\n',
      file('added.txt', 'added\n'),
    ),
    // Nobody's pull request names it, but its files are many.
    commit(
      'wide',
      'refs/heads/main',
      ...Array.from({ length: 207 }, (_, index) => file(`wide/${index}.txt`, 'w\n')),
    ),
    commit(
      'vast',
      'refs/heads/main',
      ...Array.from({ length: 3_001 }, (_, index) => file(`vast/${index}.txt`, 'v\n')),
    ),
    // The base goes on, so that it is not the merge base.
    commit('main', undefined, file('later.txt', 'later\n')),
  ]
  execFileSync('git', ['-C', source, 'fast-import', '--quiet'], { input: history.join('') })
}

beforeAll(async () => {
  writeHistory()
  base = commitId.parse(git('rev-parse', 'main'))
  change = commitId.parse(git('rev-parse', 'change'))
  emulator = await openGitHubEmulator({
    folder: path.join(folder, 'emulator'),
    validate: true,
    contentLimits: 'off',
  })
  await emulator.addRepository(name, source)
  const options = { apiUrl: emulator.url, clock: systemClock, log, timeoutMs: 10_000 }
  const { id: appId, privateKey } = emulator.app
  asOurApp = openGitHub({ ...options, credentials: { kind: 'app', appId, privateKey } })
  asPerson = openGitHub({ ...options, credentials: { kind: 'token', token: emulator.token } })
  app = asOurApp.repository(name)
  person = asPerson.repository(name)
  number = await emulator.openPullRequest({ repository: name, head: 'change', title: 'Change', body: 'Why' })
})

afterEach(async () => {
  const violations = await emulator.violations()
  if (violations.length > 0) throw new Error(`against GitHub's description: ${violations.join('\n')}`)
})

afterAll(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a pull request', () => {
  test('is read with its head, base, author and labels', async () => {
    const labelled = await emulator.openPullRequest({
      repository: name,
      head: 'wide',
      author: 'renovate[bot]',
      draft: true,
      labels: ['deps', 'skip review'],
    })
    const { updatedAt, ...pullRequest } = (await app.pullRequest(labelled, signal)) ?? {}
    expect(Math.abs(Date.now() - Number(updatedAt))).toBeLessThan(60_000)
    expect(pullRequest).toEqual({
      number: labelled,
      title: 'wide',
      body: '',
      author: { login: 'renovate[bot]', isBot: true },
      state: 'open',
      draft: true,
      locked: false,
      labels: ['deps', 'skip review'],
      head: { commit: git('rev-parse', 'wide'), branch: 'wide', repository: name },
      base: { commit: base, branch: 'main', repository: name },
      changedFiles: 207,
    })
    await emulator.closePullRequest(name, labelled)
    expect(await app.pullRequest(labelled, signal)).toMatchObject({ state: 'closed' })
  })

  test('that is not there is undefined', async () => {
    expect(await app.pullRequest(4_711, signal)).toBeUndefined()
  })

  test('from a fork names the fork, until that is deleted', async () => {
    const forked = await emulator.openPullRequest({ repository: name, head: 'change', fork: 'guest/shop' })
    expect((await app.pullRequest(forked, signal))?.head.repository).toBe('guest/shop')
    await emulator.deleteFork(name, forked)
    const headless = await app.pullRequest(forked, signal)
    expect(headless?.head).toEqual({ commit: change, branch: 'change' })
  })

  test('lists its files as git sees them', async () => {
    const files = await app.changedFiles(number, signal)
    const listed = files.map(({ patch: _patch, blobId: _blobId, ...file }) => file)
    expect(listed).toEqual([
      { path: 'added.txt', status: 'added', additions: 1, deletions: 0 },
      { path: 'gone.txt', status: 'removed', additions: 0, deletions: 1 },
      {
        path: 'new name.md',
        previousPath: 'old name.md',
        status: 'renamed',
        additions: 0,
        deletions: 0,
      },
      { path: 'src/app.ts', status: 'modified', additions: 2, deletions: 1 },
    ])
    const ids = ['change:added.txt', 'main:gone.txt', 'main:old name.md', 'change:src/app.ts']
    expect(files.map(({ blobId }) => blobId)).toEqual(ids.map((id) => git('rev-parse', id)))
    const patch = files.find(({ path }) => path === 'src/app.ts')?.patch
    expect(patch?.split('\n').filter((line) => /^[-+]/.test(line))).toEqual([
      '-line 10',
      '+line 10, changed',
      '+line 10a',
    ])
    expect(files.find(({ path }) => path === 'new name.md')).not.toHaveProperty('patch')
  })

  test('lists its files over all pages, and tells how many there are where GitHub stops listing', async () => {
    const wide = await emulator.openPullRequest({ repository: name, head: 'wide' })
    const all = await app.changedFiles(wide, signal)
    expect(new Set(all.map(({ path }) => path)).size).toBe(207)
    expect(await app.pullRequest(wide, signal)).toMatchObject({ changedFiles: 207 })

    const vast = await emulator.openPullRequest({ repository: name, head: 'vast' })
    expect(await app.changedFiles(vast, signal)).toHaveLength(3_000)
    expect(await app.pullRequest(vast, signal)).toMatchObject({ changedFiles: 3_001 })
  })

  test('that is not there has no list of files', async () => {
    expect(errorKind(await app.changedFiles(4_711, signal).catch((error: unknown) => error))).toBe(
      'permanent',
    )
  })
})

describe('the open pull requests', () => {
  test('are listed page by page, the one that was updated last first; the closed ones are not', async () => {
    const numbers: number[] = []
    for (let count = 0; count < 101; count++)
      numbers.push(await emulator.openPullRequest({ repository: name, head: 'change', title: 'One of many' }))
    const [first = 0, second = 0] = numbers
    await emulator.closePullRequest(name, first)
    await emulator.editTitle(name, second, 'Changed last')
    const pageOne = await app.openPullRequests(1, signal)
    expect(pageOne?.items[0]).toMatchObject({
      number: second,
      title: 'Changed last',
      base: { repository: name },
    })
    expect(pageOne?.items[0]?.createdAt.getTime()).toBeLessThan(Date.now())
    expect(pageOne).toMatchObject({ isLast: false, items: { length: 100 } })
    const pageTwo = await person.openPullRequests(2, signal)
    const listed = [...(pageOne?.items ?? []), ...(pageTwo?.items ?? [])].map((item) => item.number)
    expect(listed).toContain(numbers.at(-1))
    expect(listed).not.toContain(first)
    expect(pageTwo?.isLast).toBe(true)
  })

  test('of a repository that we may not see are undefined', async () => {
    const gone = asPerson.repository(repositoryName.parse('acme/gone'))
    expect(await gone.openPullRequests(1, signal)).toBeUndefined()
  })
})

test('the repositories of an installation are listed page by page; a token has none', async () => {
  const owner = 'many'
  for (let count = 0; count < 101; count++) await emulator.addRepository(`${owner}/${count}`, source)
  const installation = z.object({ id: z.number() })
  const { body } = await asApp(emulator)('GET', `/repos/${owner}/0/installation`)
  const { id } = installation.parse(body)
  const pageOne = await asOurApp.installedRepositories?.(id, 1, signal)
  expect(pageOne).toMatchObject({ isLast: false, items: { length: 100 } })
  expect(await asOurApp.installedRepositories?.(id, 2, signal)).toEqual({
    isLast: true,
    items: [`${owner}/100`],
  })
  expect(asPerson.installedRepositories).toBeUndefined()
})

describe('the merge base', () => {
  test('is the one that git finds', async () => {
    expect(await app.mergeBase(base, change, signal)).toBe(git('merge-base', 'main', 'change'))
    expect(await app.mergeBase(base, base, signal)).toBe(base)
  })

  test('of a commit that is not there is undefined', async () => {
    expect(await app.mergeBase(base, commitId.parse('e'.repeat(40)), signal)).toBeUndefined()
  })
})

describe('a file at a commit', () => {
  const read = async (filePath: string, at = base): Promise<string | undefined> => {
    const bytes = await app.fileAt(filePath, at, signal)
    return bytes === undefined ? undefined : Buffer.from(bytes).toString()
  }

  test('is read byte for byte, whatever it is called and however large it is', async () => {
    expect(await read('src/app.ts')).toBe(lines(1, 40))
    expect(await read('src/app.ts', change)).toContain('line 10a')
    expect(await read(odd)).toBe('odd\n')
    expect(await read('empty.txt')).toBe('')
    expect(await read('large.txt')).toBe('x'.repeat(1_200_000))
  })

  test('is undefined where there is none: no file, a folder, a submodule, another commit', async () => {
    for (const none of [
      'nothing.txt',
      'src',
      'vendor/lib',
      '',
      '.',
      '..',
      '../shop2/x',
      'src/../src/app.ts',
      '/etc/passwd',
    ]) {
      expect(await read(none)).toBeUndefined()
    }
    expect(await read('src/app.ts', commitId.parse('e'.repeat(40)))).toBeUndefined()
  })

  test('that is a symlink is the file it leads to, and never one outside the repository', async () => {
    expect(await read('link')).toBe(lines(1, 40))
    expect(await read('dangling')).toBeUndefined()
  })
})

describe('a blob', () => {
  test('is read by its id; of a symlink, its target', async () => {
    const read = async (id: string): Promise<string> =>
      Buffer.from((await app.blob(id, signal)) ?? []).toString()
    expect(await read(git('rev-parse', 'main:src/app.ts'))).toBe(lines(1, 40))
    expect(await read(git('rev-parse', 'main:link'))).toBe('src/app.ts')
  })

  test('keeps bytes that are no UTF-8', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0xc3, 0x28])
    const id = execFileSync('git', ['-C', source, 'hash-object', '-w', '--stdin'], { input: bytes })
      .toString()
      .trim()
    expect(Buffer.from((await app.blob(id, signal)) ?? [])).toEqual(bytes)
  })

  test('is undefined where there is none: no such id, a commit of a submodule, no id at all', async () => {
    for (const id of ['e'.repeat(40), '1'.repeat(40), '', '../x']) {
      expect(await app.blob(id, signal)).toBeUndefined()
    }
  })
})

describe('many contents', () => {
  const at = (path: string, commit = base) => ({ commit, path })
  const texts = (contents: readonly PlaceContent[]) =>
    contents.map((bytes) => (typeof bytes === 'object' ? Buffer.from(bytes).toString() : bytes))
  const callsOf = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    // The first call of all asks for a token.
    await app.pullRequest(number, signal)
    const before = (await emulator.requests()).length
    await work()
    return (await emulator.requests()).slice(before).map(({ path }) => path.replace(/.*\/shop\//, ''))
  }

  test('come in one call, in their order, each as it is read by itself', async () => {
    const places = [
      { blob: git('rev-parse', 'main:src/app.ts') },
      at('src/app.ts', change),
      at('nothing.txt'),
      at(odd),
      at('empty.txt'),
      { blob: git('rev-parse', 'main:link') },
    ]
    const calls = await callsOf(async () => {
      const contents = texts(await app.contents(places, 2_000_000, signal))
      expect(contents).toEqual([
        lines(1, 40),
        expect.stringContaining('line 10a'),
        undefined,
        'odd\n',
        '',
        'src/app.ts',
      ])
    })
    expect(calls).toEqual(['/graphql'])
  })

  test('that do not come that way are read by themselves', async () => {
    const bytes = Buffer.from('caf\u00e9\n', 'latin1')
    const latin1 = execFileSync('git', ['-C', source, 'hash-object', '-w', '--stdin'], { input: bytes })
    const places = [
      at('src/app.ts'),
      at('large.txt'),
      at('link'),
      at('dangling'),
      at('src'),
      at('vendor/lib'),
      at('src/app.ts', commitId.parse('e'.repeat(40))),
      { blob: latin1.toString().trim() },
      { blob: 'e'.repeat(40) },
      { blob: '1'.repeat(40) },
    ]
    const calls = await callsOf(async () => {
      const contents = await app.contents(places, 2_000_000, signal)
      expect(texts(contents.slice(0, 3))).toEqual([lines(1, 40), 'x'.repeat(1_200_000), lines(1, 40)])
      expect(contents.slice(3, 7)).toEqual([undefined, undefined, undefined, undefined])
      expect(contents[7]).toEqual(bytes)
      expect(contents.slice(8)).toEqual([undefined, undefined])
    })
    expect(calls.filter((call) => call === '/graphql')).toHaveLength(1)
    expect(calls).not.toContain(`contents/src%2Fapp.ts?ref=${base}`)
  })

  test('above a hundred come in several calls; a single one needs none', async () => {
    const first = { blob: git('rev-parse', 'change:added.txt') }
    const many = Array.from({ length: 201 }, () => first)
    const calls = await callsOf(async () => {
      expect(new Set(texts(await app.contents(many, 2_000_000, signal)))).toEqual(new Set(['added\n']))
    })
    expect(calls).toEqual(['/graphql', '/graphql', '/graphql'])
    expect(await callsOf(() => app.contents([first], 2_000_000, signal))).toEqual([`git/blobs/${first.blob}`])
    expect(await callsOf(() => app.contents([], 2_000_000, signal))).toEqual([])
  })
})

describe('a review', () => {
  const marker = (at: string): string =>
    reviewMarker({ repository: name, pullRequest: number, head: change, baseBranch: at })

  test('is posted with all its comments in one write', async () => {
    const before = (await emulator.requests()).length
    const result = await app.postReview(
      number,
      {
        commit: change,
        body: withMarker('Two findings.', marker('one write')),
        comments: [
          { path: 'src/app.ts', anchor: { side: 'RIGHT', startLine: 10, endLine: 11 }, body: 'Both lines' },
          { path: 'src/app.ts', anchor: { side: 'LEFT', startLine: 10, endLine: 10 }, body: 'The old line' },
          {
            path: 'added.txt',
            anchor: { side: 'RIGHT', startLine: 1, endLine: 1 },
            body: '```suggestion\nx\n```',
          },
        ],
      },
      signal,
    )
    const writes = (await emulator.requests())
      .slice(before)
      .filter(({ method, path }) => method === 'POST' && !path.includes('access_tokens'))
    expect(writes).toHaveLength(1)

    const [review] = await emulator.reviews(name, number)
    expect(review).toMatchObject({ author: 'lorgnette-test[bot]', state: 'COMMENTED', commit: change })
    expect(result).toMatchObject({ kind: 'posted', review: { id: review?.id } })
    expect(JSON.stringify(result)).toContain(`/pull/${number}#`)
    expect(await app.findReview(number, marker('one write'), signal)).toMatchObject({ id: review?.id })

    const comments = await app.reviewComments(number, signal)
    expect(comments.map(({ id: _id, ...comment }) => comment)).toEqual([
      {
        reviewId: review?.id,
        author: 'lorgnette-test[bot]',
        path: 'src/app.ts',
        anchor: { side: 'RIGHT', startLine: 10, endLine: 11 },
        body: 'Both lines',
      },
      {
        reviewId: review?.id,
        author: 'lorgnette-test[bot]',
        path: 'src/app.ts',
        anchor: { side: 'LEFT', startLine: 10, endLine: 10 },
        body: 'The old line',
      },
      {
        reviewId: review?.id,
        author: 'lorgnette-test[bot]',
        path: 'added.txt',
        anchor: { side: 'RIGHT', startLine: 1, endLine: 1 },
        body: '```suggestion\nx\n```',
      },
    ])
  })

  test('with a line outside the diff is refused as a whole, with the reason', async () => {
    const before = (await emulator.reviews(name, number)).length
    const result = await app.postReview(
      number,
      {
        commit: change,
        body: 'text',
        comments: [
          { path: 'src/app.ts', anchor: { side: 'RIGHT', startLine: 10, endLine: 10 }, body: 'good' },
          { path: 'src/app.ts', anchor: { side: 'RIGHT', startLine: 39, endLine: 39 }, body: 'far away' },
        ],
      },
      signal,
    )
    expect(result.kind === 'refused' && result.reason).toMatch(/^Unprocessable Entity: .*line/i)
    expect(await emulator.reviews(name, number)).toHaveLength(before)
  })

  test('that landed although its answer was lost is found again', async () => {
    const body = withMarker('Once.', marker('lost answer'))
    for (const answer of ['reset', 500] as const) {
      const before = (await emulator.reviews(name, number)).length
      await emulator.fail({ kind: 'after', answer, method: 'POST', path: '/reviews$' })
      const posting = app.postReview(number, { commit: change, body, comments: [] }, signal)
      expect(errorKind(await posting.catch((error: unknown) => error))).toBe('retryable')
      expect(await emulator.reviews(name, number)).toHaveLength(before + 1)
      expect(await app.findReview(number, marker('lost answer'), signal)).toBeDefined()
    }
  })

  test('of a stranger who copied our marker is not ours', async () => {
    const copied = marker('copied')
    const review = { commit: change, body: withMarker('Nothing to see here.', copied), comments: [] }
    await person.postReview(number, review, signal)
    expect(await app.findReview(number, copied, signal)).toBeUndefined()
    expect(await person.findReview(number, copied, signal)).toBeDefined()
  })

  test('is found behind a hundred others, whose comments are all listed', async () => {
    const busy = await emulator.openPullRequest({ repository: name, head: 'change' })
    for (let count = 0; count < 101; count++) {
      await emulator.comment(name, busy, {
        author: 'somebody',
        body: `${count}`,
        path: 'src/app.ts',
        line: 10,
      })
    }
    const late = reviewMarker({ repository: name, pullRequest: busy, head: change, baseBranch: 'main' })
    await app.postReview(busy, { commit: change, body: withMarker('Late', late), comments: [] }, signal)
    expect(await app.findReview(busy, late, signal)).toBeDefined()
    const comments = await app.reviewComments(busy, signal)
    expect(comments.map(({ body }) => body)).toEqual(Array.from({ length: 101 }, (_, count) => `${count}`))
  })

  test('comments on a file, and outdated ones, have no lines', async () => {
    execFileSync('git', ['-C', source, 'fast-import', '--quiet'], {
      input:
        commit('moving', 'refs/heads/change', file('moved.txt', 'a\nb\n')) +
        commit('moved', 'refs/heads/main', file('moved.txt', 'c\n')),
    })
    const moving = path.join(folder, 'moving')
    execFileSync('git', ['clone', '--quiet', '--bare', source, moving])
    const other = repositoryName.parse('acme/moving')
    await emulator.addRepository(other, moving)
    const pull = await emulator.openPullRequest({ repository: other, head: 'moving' })
    await emulator.comment(other, pull, { author: 'somebody', body: 'file', path: 'moved.txt' })
    await emulator.comment(other, pull, { author: 'somebody', body: 'line', path: 'moved.txt', line: 2 })
    await emulator.push(other, 'moving', git('rev-parse', 'moved'))
    const { id: appId, privateKey } = emulator.app
    const github = openGitHub({
      apiUrl: emulator.url,
      credentials: { kind: 'app', appId, privateKey },
      clock: systemClock,
      log,
      timeoutMs: 10_000,
    })
    const comments = await github.repository(other).reviewComments(pull, signal)
    expect(comments.map(({ body, anchor }) => ({ body, anchor }))).toEqual([
      { body: 'file', anchor: undefined },
      { body: 'line', anchor: undefined },
    ])
  })
})

describe('the summary', () => {
  test('is created, found behind a hundred other comments, edited in place, and missed once deleted', async () => {
    const marker = summaryMarker({ repository: name, pullRequest: number })
    await emulator.comment(name, number, { author: 'stranger', body: withMarker('Mine!', marker) })
    for (let count = 0; count < 101; count++) {
      await emulator.comment(name, number, { author: 'somebody', body: `${count}` })
    }
    expect(await app.findSummary(number, marker, signal)).toBeUndefined()

    const created = await app.createSummary(number, withMarker('First', marker), signal)
    expect(await app.findSummary(number, marker, signal)).toEqual(created)
    expect(await app.updateSummary(created.id, withMarker('Second', marker), signal)).toEqual(created)
    const ours = (await emulator.issueComments(name, number)).filter(
      ({ author }) => author === 'lorgnette-test[bot]',
    )
    expect(ours.map(({ body }) => body)).toEqual([withMarker('Second', marker)])
    expect(await person.findSummary(number, marker, signal)).toBeUndefined()
    expect(await app.updateSummary(4_711, 'gone', signal)).toBeUndefined()
  })
})

describe('a check run', () => {
  const checkRun = (externalId: string): CheckRun => ({
    name: 'Lorgnette',
    commit: change,
    externalId,
    conclusion: 'neutral',
    title: 'One finding',
    summary: '3 of 3 hunks read',
  })

  test('is created, found by its external id behind a hundred others, and updated', async () => {
    for (let count = 0; count < 101; count++) await app.createCheckRun(checkRun(`${count}`), signal)
    const created = await app.createCheckRun(checkRun('ours'), signal)
    expect(await app.findCheckRun(change, 'Lorgnette', 'ours', signal)).toEqual(created)
    expect(await app.findCheckRun(change, 'Lorgnette', 'other', signal)).toBeUndefined()
    expect(await app.findCheckRun(change, 'Another', 'ours', signal)).toBeUndefined()

    const success: CheckRun = {
      ...checkRun('ours'),
      conclusion: 'success',
      detailsUrl: 'https://lorgnette.example/runs/1',
    }
    expect(await app.updateCheckRun(created?.id ?? 0, success, signal)).toMatchObject({ id: created?.id })
    const standing = (await emulator.checkRuns(name, change)).find(({ id }) => id === created?.id)
    expect(standing).toMatchObject({
      status: 'completed',
      conclusion: 'success',
      detailsUrl: 'https://lorgnette.example/runs/1',
      writes: 2,
    })
  })

  test('is left out without a call where only a token is given', async () => {
    const before = (await emulator.requests()).length
    expect(await person.createCheckRun(checkRun('person'), signal)).toBeUndefined()
    expect(await person.updateCheckRun(1, checkRun('person'), signal)).toBeUndefined()
    expect(await person.findCheckRun(change, 'Lorgnette', 'person', signal)).toBeUndefined()
    expect(await emulator.requests()).toHaveLength(before)
  })

  test('is left out where the App lacks the permission', async () => {
    const body = { message: 'Resource not accessible by integration' }
    await emulator.fail({ kind: 'status', status: 403, body, path: '/check-runs', times: 3 })
    expect(await app.findCheckRun(change, 'Lorgnette', 'ours', signal)).toBeUndefined()
    expect(await app.createCheckRun(checkRun('forbidden'), signal)).toBeUndefined()
    expect(await app.updateCheckRun(1, checkRun('forbidden'), signal)).toBeUndefined()
  })
})

test('text that is too long for GitHub is the fault of its author, and is not sent', async () => {
  const before = (await emulator.requests()).length
  const comment = (body: string) => ({
    path: 'src/app.ts',
    anchor: { side: 'RIGHT', startLine: 10, endLine: 10 } as const,
    body,
  })
  const long = 'x'.repeat(65_537)
  const attempts = [
    app.postReview(number, { commit: change, body: long, comments: [] }, signal),
    app.postReview(number, { commit: change, body: 'text', comments: [comment(long)] }, signal),
    app.createSummary(number, long, signal),
    app.updateSummary(1, long, signal),
  ]
  for (const attempt of attempts) {
    const error = await attempt.catch((error: unknown) => error)
    expect(errorKind(error)).toBe('permanent')
    expect(errorMessage(error)).toContain('65537 characters')
  }
  expect(await emulator.requests()).toHaveLength(before)
})

test('text of just the right length is taken, and half a character becomes a whole one', async () => {
  const body = `${'x'.repeat(65_535)}\ud83d`
  await app.createSummary(number, body, signal)
  expect((await emulator.issueComments(name, number)).at(-1)?.body).toBe(`${'x'.repeat(65_535)}\ufffd`)
})
