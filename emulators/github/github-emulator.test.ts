import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { git } from './git.ts'
import { openGitHubEmulator, type GitHubEmulator } from './github-emulator.ts'

let folder: string
let emulator: GitHubEmulator

const lines = (changed: number): string =>
  Array.from({ length: 50 }, (_, at) => `${at + 1 === changed ? 'changed' : 'line'} ${at + 1}\n`).join('')

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'emulator-test-'))
  const source = path.join(folder, 'source')
  await git('.', 'init', '--quiet', '--initial-branch=main', source)
  const commit = async (message: string): Promise<void> => {
    await git(source, 'add', '.')
    await git(source, '-c', 'user.name=Octo', '-c', 'user.email=octo@example.com', 'commit', '-qm', message)
  }
  await writeFile(path.join(source, 'a.txt'), lines(0))
  await commit('add a file')
  await git(source, 'checkout', '--quiet', '-b', 'topic')
  await writeFile(path.join(source, 'a.txt'), lines(10))
  await commit('change line 10')
  emulator = await openGitHubEmulator({ folder: path.join(folder, 'emulator') })
  await emulator.addRepository('octo/shop', source)
})

afterAll(async () => {
  await emulator.close()
  await rm(folder, { recursive: true })
})

async function api(
  method: string,
  target: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(emulator.url + target, {
    method,
    headers: { authorization: `token ${emulator.token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, body: await response.json() }
}

test('a review stands only when every comment is on a line of the diff', async () => {
  const number = await emulator.openPullRequest({ repository: 'octo/shop', head: 'topic' })
  const files = await api('GET', `/repos/octo/shop/pulls/${number}/files`)
  expect(files.body).toMatchObject([{ filename: 'a.txt', status: 'modified', additions: 1, deletions: 1 }])

  const review = (line: number): object => ({
    event: 'COMMENT',
    body: 'one thing',
    comments: [
      { path: 'a.txt', line: 10, side: 'RIGHT', body: 'here' },
      { path: 'a.txt', line, side: 'RIGHT', body: 'and there' },
    ],
  })
  // The diff shows line 10 with three lines around it.
  const refused = await api('POST', `/repos/octo/shop/pulls/${number}/reviews`, review(14))
  expect(refused.status).toBe(422)
  expect(await emulator.reviews('octo/shop', number)).toEqual([])
  const taken = await api('POST', `/repos/octo/shop/pulls/${number}/reviews`, review(13))
  expect(taken.status).toBe(200)
  expect(await emulator.comments('octo/shop', number)).toMatchObject([{ line: 10 }, { line: 13 }])
})
