import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { commitId } from '../github/github.ts'
import { headTreeContract } from '../review/head-tree.contract.ts'
import { openCommitTree } from './commit-tree.ts'

describe('the tree of a commit of a repository on this machine', () => {
  headTreeContract((repository) =>
    Promise.resolve({
      open: (commit) =>
        Promise.resolve({ kind: 'opened', tree: openCommitTree(`${repository.folder}/.git`, commit) }),
      close: () => Promise.resolve(),
    }),
  )
})

const { signal } = new AbortController()

test('settings of the repository change nothing of a search', async () => {
  const repository = openScratchRepository()
  repository.write('src/shop.ts', 'total\n')
  const tree = openCommitTree(`${repository.folder}/.git`, commitId.parse(repository.commit()))
  const settings = {
    'grep.lineNumber': 'false',
    'grep.column': 'true',
    'grep.fullName': 'false',
    'grep.patternType': 'fixed',
    'color.ui': 'always',
    'color.grep': 'always',
    'submodule.recurse': 'true',
  }
  for (const [name, value] of Object.entries(settings)) repository.git('config', name, value)
  expect(await tree.search(['total'], signal)).toEqual({
    places: [{ path: 'src/shop.ts', line: 1, word: 'total' }],
    tooCommon: [],
  })
  await tree.close()
  repository.close()
})

test('places that are kept do not keep all that git wrote of others', async () => {
  const repository = openScratchRepository()
  const common = Array.from({ length: 150 }, (_, index) => `common_${index}`)
  repository.write('src/with/a/long/path/shop.ts', `rare_and_long\n${`${common.join(' ')}\n`.repeat(600)}`)
  const tree = openCommitTree(`${repository.folder}/.git`, commitId.parse(repository.commit()))
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void // what the flag adds
  collect()
  const before = process.memoryUsage().heapUsed
  const { places, tooCommon } = await tree.search(['rare_and_long', ...common], signal)
  expect('other').toMatch(/other/) // the engine keeps the text of the last match as well
  collect()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000)
  expect([places.length, tooCommon.length]).toEqual([1, common.length])
  await tree.close()
  repository.close()
})

test('a tree is released once, however often it is closed', async () => {
  let released = 0
  const tree = openCommitTree('/nowhere', commitId.parse('0'.repeat(40)), () =>
    Promise.resolve(void released++),
  )
  await tree.close()
  await tree.close()
  expect(released).toBe(1)
})
