import { expect, test } from 'vitest'
import { commitId, repositoryName } from '../github/github.ts'
import { openEarly } from './early-head.ts'
import type { HeadTree, OpenedHeadTree } from './head-tree.ts'

const { signal } = new AbortController()
const commit = commitId.parse('a'.repeat(40))
const repository = {
  name: repositoryName.parse('acme/shop'),
  gitAccess: () => Promise.reject(new Error('nobody asks for it')),
}
const unavailable: OpenedHeadTree = { kind: 'unavailable', reason: 'too large' }

/** A tree that counts how often it was closed. */
function tree(): { opened: OpenedHeadTree; closed: () => number } {
  let closed = 0
  const nothing = () => Promise.reject(new Error('nobody reads it'))
  const tree: HeadTree = {
    file: nothing,
    files: nothing,
    paths: nothing,
    search: nothing,
    close: async () => void (closed += 1),
  }
  return { opened: { kind: 'opened', tree }, closed: () => closed }
}

test('the head is opened once, before anybody asks, and closed at the end', async () => {
  const { opened, closed } = tree()
  let asked = 0
  const open = async (): Promise<OpenedHeadTree> => {
    asked += 1
    return opened
  }
  const head = openEarly({ open }, repository, commit, signal)
  expect(asked).toBe(1)
  expect(await head.open(repository, commit, signal)).toBe(opened)
  expect(asked).toBe(1)
  await head.close()
  expect(closed()).toBe(1)
})

test('what is still being opened is given up', async () => {
  const open = (_repository: unknown, _commit: unknown, signal: AbortSignal): Promise<OpenedHeadTree> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
  await expect(openEarly({ open }, repository, commit, signal).close()).resolves.toBeUndefined()
})

test('a failure is heard by whoever asks, and by nobody else', async () => {
  const open = (): Promise<OpenedHeadTree> => Promise.reject(new Error('broken'))
  const head = openEarly({ open }, repository, commit, signal)
  await expect(head.open(repository, commit, signal)).rejects.toThrow('broken')
  await head.close()
})

test('a head that cannot be had is closed as well', async () => {
  const head = openEarly({ open: () => Promise.resolve(unavailable) }, repository, commit, signal)
  expect(await head.open(repository, commit, signal)).toEqual(unavailable)
  await expect(head.close()).resolves.toBeUndefined()
})
