import { afterAll, describe, expect, test } from 'vitest'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { openCommitTree } from '../git/commit-tree.ts'
import { commitId } from '../github/github.ts'
import { headTreeContract } from './head-tree.contract.ts'
import { MAX_PLACES, MAX_SEARCH_WORDS, type HeadTree } from './head-tree.ts'
import { sharedTree } from './shared-head-tree.ts'

describe('a tree that is shared', () => {
  headTreeContract((repository) =>
    Promise.resolve({
      open: (commit) =>
        Promise.resolve({
          kind: 'opened',
          tree: sharedTree(openCommitTree(`${repository.folder}/.git`, commit)),
        }),
      close: () => Promise.resolve(),
    }),
  )
})

const { signal } = new AbortController()
const repository = openScratchRepository()
repository.write('a.py', 'total = price\n')
repository.write('b.py', 'price = 1\n')
const many = Array.from({ length: MAX_SEARCH_WORDS + 1 }, (_, index) => `word${index}`)
repository.write('many.txt', `${many.join(' ')}\n`.repeat(MAX_PLACES))
const commit = commitId.parse(repository.commit())
afterAll(repository.close)

/** A shared tree, and what it asked of the one below. */
function open(): { readonly tree: HeadTree; readonly asked: (readonly string[])[] } {
  const below = openCommitTree(`${repository.folder}/.git`, commit)
  const asked: (readonly string[])[] = []
  const counting: HeadTree = {
    ...below,
    files(paths, signal) {
      asked.push(paths)
      return below.files(paths, signal)
    },
    search(words, signal) {
      asked.push(words)
      return below.search(words, signal)
    },
  }
  return { tree: sharedTree(counting), asked }
}

test('what several look for at once is looked for in one go, and each gets its own', async () => {
  const { tree, asked } = open()
  const [prices, totals] = await Promise.all([
    tree.search(['price'], signal),
    tree.search(['total', 'price'], signal),
  ])
  expect(asked).toEqual([['price', 'total']])
  expect(prices.places.map(({ path, word }) => `${path} ${word}`)).toEqual(['a.py price', 'b.py price'])
  expect(totals.places.map(({ path, word }) => `${path} ${word}`)).toEqual([
    'a.py price',
    'a.py total',
    'b.py price',
  ])
})

test('what was found is known, also that there is nothing', async () => {
  const { tree, asked } = open()
  await tree.search(['price', 'nowhere'], signal)
  await tree.search(['nowhere', 'total'], signal)
  await tree.files(['a.py', 'no.py'], signal)
  expect(await tree.file('a.py', signal)).toBe('total = price\n')
  expect(await tree.file('no.py', signal)).toBeUndefined()
  expect(asked).toEqual([['price', 'nowhere'], ['total'], ['a.py', 'no.py']])
})

test('of many places no more are remembered than memory has room for, and all are found', async () => {
  const { tree, asked } = open()
  const last = many.slice(-1)
  await tree.search(many.slice(0, -1), signal)
  const { places } = await tree.search(last, signal)
  expect(places).toHaveLength(MAX_PLACES)
  expect((await tree.search(last, signal)).places).toEqual(places)
  expect((await tree.search(many.slice(0, 1), signal)).places).toHaveLength(MAX_PLACES)
  expect(asked).toEqual([many.slice(0, -1), last, last])
})
