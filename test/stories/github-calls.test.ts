import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoggedRequest } from '../../emulators/github/request-log.ts'
import { findingOn, openStory, type Story } from './story.ts'

const languages = ['go', 'js', 'py', 'ts'] as const
const names = Array.from({ length: 10 }, (_, index) => `part_${index}.${languages[index % 4]}`)
/** Ten files of forty lines, in which the lines 10 and 30 are alike but for a word. */
const files = (word: string): Record<string, string> =>
  Object.fromEntries(
    names.map((name, index) => [
      name,
      // The last line tells them apart: a content that several files have is read once.
      Array.from({ length: 40 }, (_, line) =>
        line === 10 || line === 30 ? `${word}_${line} = 1\n` : `line_${line} = ${line === 39 ? index : 0}\n`,
      ).join(''),
    ]),
  )

let story: Story
beforeAll(async () => {
  story = await openStory({
    base: { ...files('old'), 'AGENTS.md': 'Totals must be checked.\n' },
    // Few enough that all stand on their lines, and no summary is needed.
    answer: (prompt) => findingOn(prompt, prompt.includes('part_3.ts') ? 'wrong_10' : 'nowhere'),
  })
})
afterAll(() => story.close())

/**
 * What one review asks of GitHub. Who we are is asked once, the reconciler asks for its own sake, and Git fetches the head
 * with its own protocol, which counts against no limit of the API.
 */
async function callsOf(work: () => Promise<unknown>): Promise<{ reads: string[]; writes: string[] }> {
  const before = (await story.github.requests()).length
  await work()
  const calls = (await story.github.requests())
    .slice(before)
    .filter(({ path }) => !/^\/(?:app|installation)(?:\/|$)|\/pulls(?:\?|$)/.test(path))
  const shown = calls.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`)
  return {
    reads: shown.filter((_, index) => isRead(calls[index])),
    writes: shown.filter((_, index) => !isRead(calls[index])),
  }
}
const isRead = (call?: LoggedRequest): boolean => call?.method === 'GET' || call?.path === '/graphql'

const repo = '/repos/octo-org/shop'
const readsOf = (number: number): string[] => [
  `GET ${repo}/pulls/${number}`,
  `GET ${repo}/pulls/${number}/files`,
  'POST /graphql',
  `GET ${repo}/pulls/${number}`,
]

test('a review of ten files takes four reads and two writes', async () => {
  const { reads, writes } = await callsOf(async () => {
    expect(await story.settled(await story.open('first', files('wrong')))).toMatchObject([
      { state: 'completed' },
    ])
  })
  expect(reads.toSorted()).toEqual(readsOf(1).toSorted())
  expect(writes).toEqual([`POST ${repo}/pulls/1/reviews`, `POST ${repo}/check-runs`])
})

test('so does one of a push', async () => {
  const { reads, writes } = await callsOf(async () => {
    await story.push('first', { 'part_3.ts': `${files('wrong')['part_3.ts']}wrong_10 = 2\n` })
    expect(await story.settled(1, 2)).toMatchObject([{ state: 'completed' }, { state: 'completed' }])
  })
  expect(reads.toSorted()).toEqual(readsOf(1).toSorted())
  expect(writes.length).toBeLessThanOrEqual(3)
})

test('one that has to come back after a lost answer reads nothing of the change again', async () => {
  await story.github.fail({ kind: 'after', answer: 'reset', method: 'POST', path: '/check-runs$' })
  const { reads, writes } = await callsOf(async () => {
    expect(await story.settled(await story.open('again', files('wrong')))).toMatchObject([
      { state: 'completed' },
    ])
  })
  const head = await story.github.head(story.repository, 2)
  const pullRequest = `GET ${repo}/pulls/2`
  expect(reads.toSorted()).toEqual(
    [...readsOf(2), pullRequest, pullRequest, `GET ${repo}/commits/${head}/check-runs`].toSorted(),
  )
  expect(writes).toEqual([
    `POST ${repo}/pulls/2/reviews`,
    `POST ${repo}/check-runs`,
    expect.stringMatching(/^PATCH .*\/check-runs\/\d+$/),
  ])
})

test('all of that is as GitHub describes it', async () => {
  expect(await story.github.violations()).toEqual([])
})

test('the process counts its calls', async () => {
  const metrics = await (await fetch(`${story.url}/metrics`)).text()
  const [, counted] = /^lorgnette_github_calls_total\{outcome="ok"\} (\d+)$/m.exec(metrics) ?? []
  const { length } = await story.github.requests()
  expect(Number(counted)).toBeGreaterThanOrEqual(12)
  expect(Number(counted)).toBeLessThanOrEqual(length)
})
