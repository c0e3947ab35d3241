import { expect, test } from 'vitest'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { scanSecrets } from '../analysis/secret-scanner.ts'
import { openCommitTree } from '../git/commit-tree.ts'
import { commitId } from '../github/github.ts'
import { redactedTree } from './redact-head-tree.ts'

const { signal } = new AbortController()
/** Put together here, so that nobody takes it for a credential of somebody. */
const token = ['ghp', 'x7Rk2mQ9vLp4sTn8wYb3cZd6fHj1gKa5eUoX'].join('_')

test('no credential of a file leaves the tree, nor what the change gave away', async () => {
  const repository = openScratchRepository()
  repository.write('a.py', `TOKEN = "${token}"\nname = "shop"\n`)
  repository.write('b.py', 'word = "given away by the change"\n')
  const tree = redactedTree(
    openCommitTree(`${repository.folder}/.git`, commitId.parse(repository.commit())),
    scanSecrets,
    (text) => text.replaceAll('given away', '‹secret:password›'),
  )
  expect(await tree.file('a.py', signal)).toBe('TOKEN = "‹secret:github-token›"\nname = "shop"\n')
  // Once more, and with others: the same.
  expect([...(await tree.files(['b.py', 'a.py', 'c.py'], signal))]).toEqual([
    ['b.py', 'word = "‹secret:password› by the change"\n'],
    ['a.py', 'TOKEN = "‹secret:github-token›"\nname = "shop"\n'],
  ])
  await tree.close()
  repository.close()
})
