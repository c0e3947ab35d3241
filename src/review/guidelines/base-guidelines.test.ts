import { expect, test } from 'vitest'
import { commitId, repositoryName } from '../../github/github.ts'
import { contentOf } from '../content-of.ts'
import { createBaseGuidelines } from './base-guidelines.ts'

const base = (commit: string) => ({
  repository: repositoryName.parse('acme/shop'),
  branch: 'main',
  commit: commitId.parse(commit.repeat(40)),
})
const prices = { source: 'AGENTS.md', text: 'Prices must be in cents.\n' }

test('the guidelines of a base commit are read once', async () => {
  const guidelines = createBaseGuidelines()
  const first = guidelines(base('a'))
  expect(first.missing).toContainEqual({ commit: base('a').commit, path: 'AGENTS.md' })
  const contents = first.missing.map((place) =>
    'path' in place && place.path === 'AGENTS.md' ? { content: prices.text } : undefined,
  )
  expect((await first.read(contents)).guidelines).toEqual([prices])

  const again = guidelines(base('a'))
  expect(again.missing).toEqual([])
  expect((await again.read([])).guidelines).toEqual([prices])
  expect(guidelines(base('b')).missing).not.toEqual([])
})

test('what is forgotten meanwhile is still known to whoever asked before', async () => {
  const guidelines = createBaseGuidelines()
  const places = guidelines(base('a')).missing
  await guidelines(base('a')).read(places.map(() => ({ content: 'Amounts must be whole.' })))
  const known = guidelines(base('a'))
  for (let index = 0; index < 300; index++) {
    const other = { ...base('b'), repository: repositoryName.parse(`acme/shop-${index}`) }
    await guidelines(other).read([])
  }
  expect(guidelines(base('a')).missing).not.toEqual([])
  expect((await known.read([])).guidelines).toEqual([
    expect.objectContaining({ text: 'Amounts must be whole.' }),
  ])
})

test('a file that is no text has none, and is named', async () => {
  const { missing, read } = createBaseGuidelines()(base('a'))
  const { guidelines, ignoredGuidelines } = await read(
    missing.map(() => contentOf(Uint8Array.from([0xff, 0xfe]))),
  )
  expect(guidelines).toEqual([])
  expect(ignoredGuidelines).toContainEqual({ source: 'AGENTS.md', reason: 'it is not UTF-8 text' })
})
