import { expect, test } from 'vitest'
import { openScratchRepository } from '../../../test/scratch-repository.ts'
import { scanSecrets } from '../../analysis/secret-scanner.ts'
import { parsePatch } from '../../diff/parse-patch.ts'
import { openCommitTree } from '../../git/commit-tree.ts'
import { commitId } from '../../github/github.ts'
import type { HeadTree } from '../head-tree.ts'
import type { RunEvent } from '../run-store.ts'
import type { Unit } from '../units.ts'
import { openSurroundings, type Surroundings } from './surroundings.ts'

const { signal } = new AbortController()
/** Put together here, so that nobody takes it for a credential of somebody. */
const token = ['ghp', 'x7Rk2mQ9vLp4sTn8wYb3cZd6fHj1gKa5eUoX'].join('_')
const budget = { share: 1, leastTokens: 400 }

const content = 'from tax import vat\n\ndef total(x):\n    return vat(x)\n'

/** A change of `total` in `cart.py`. */
function unit(): Unit {
  const patch = '--- a/cart.py\n+++ b/cart.py\n@@ -4 +4 @@ def total(x):\n-    return x\n+    return vat(x)\n'
  const [file] = parsePatch(Buffer.from(`diff --git a/cart.py b/cart.py\n${patch}`))
  if (!file) throw new Error('there is no file')
  return { path: file.path, file, hunks: file.hunks, content, estimatedTokens: 20 }
}

interface Told {
  readonly events: RunEvent[]
  readonly open: (head: Parameters<typeof openSurroundings>[0]) => Promise<Surroundings>
}

function tellingTo(): Told {
  const events: RunEvent[] = []
  const observer = { event: (event: RunEvent) => void events.push(event) }
  return { events, open: (head) => openSurroundings(head, scanSecrets, (text) => text, observer, signal) }
}

function treeWith(files: Readonly<Record<string, string>>): { tree: HeadTree; remove: () => void } {
  const repository = openScratchRepository()
  for (const [path, text] of Object.entries(files)) repository.write(path, text)
  const commit = commitId.parse(repository.commit())
  return { tree: openCommitTree(`${repository.folder}/.git`, commit), remove: repository.close }
}

test('a unit is read with code of other files, without their credentials', async () => {
  const { tree, remove } = treeWith({
    'cart.py': content,
    'tax.py': `def vat(of):\n    return ask("${token}", of)\n`,
  })
  const { events, open } = tellingTo()
  const surroundings = await open(() => Promise.resolve({ kind: 'opened', tree }))
  const text = await surroundings.contextOf(unit(), budget)
  expect(text).toContain('Definition of "vat" in "tax.py":\ndef vat(of):\n')
  expect(text).toContain('‹secret:github-token›')
  expect(text).not.toContain(token)
  expect(events).toEqual([{ step: 'looked around', detail: { 'files of the head': 'open' } }])
  await surroundings.close()
  remove()
})

test('without a tree a unit is read with its own file, and the run says why', async () => {
  const { events, open } = tellingTo()
  const surroundings = await open(() => Promise.resolve({ kind: 'unavailable', reason: 'too large' }))
  expect(await surroundings.contextOf(unit(), budget)).toContain('Around the change, "total":\ndef total(x):')
  expect(events).toEqual([{ step: 'looked around', detail: { 'files of the head': 'too large' } }])
  await surroundings.close()
})

test('a tree that vanishes meanwhile is said once, and the units are read all the same', async () => {
  const { tree, remove } = treeWith({ 'cart.py': content })
  remove()
  const { events, open } = tellingTo()
  const surroundings = await open(() => Promise.resolve({ kind: 'opened', tree }))
  const texts = await Promise.all([1, 2, 3].map(() => surroundings.contextOf(unit(), budget)))
  for (const text of texts) expect(text).toContain('Around the change, "total":')
  expect(events).toHaveLength(2)
  await surroundings.close()
})

test('a source that has no head, such as a patch file, is nothing to speak of', async () => {
  const { events, open } = tellingTo()
  const surroundings = await open(undefined)
  expect(await surroundings.contextOf(unit(), budget)).toContain('from tax import vat')
  expect(events).toEqual([])
  await surroundings.close()
})
