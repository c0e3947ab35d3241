import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { commitFiles } from '../../test/commit-files.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { callWith } from './api-caller.ts'
import { openGitHubEmulator } from './github-emulator.ts'

test('people see what stands on a pull request, as text', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'emulator-page-'))
  const scratch = openScratchRepository()
  commitFiles(scratch, 'main', { 'a.txt': 'a\n' })
  commitFiles(scratch, 'topic', { 'a.txt': '<b>\n' })
  const emulator = await openGitHubEmulator({ folder: path.join(folder, 'emulator') })
  onTestFinished(async () => {
    await emulator.close()
    scratch.close()
    await rm(folder, { recursive: true })
  })
  await emulator.addRepository('octo/shop', scratch.folder)
  const title = '<script>alert(1)</script>'
  const number = await emulator.openPullRequest({ repository: 'octo/shop', head: 'topic', title })
  const body = '<!-- marker -->see <img src=x>'
  await emulator.comment('octo/shop', number, { author: 'someone', body, path: 'a.txt', line: 1 })

  const page = await callWith(emulator, undefined)('GET', `/octo/shop/pull/${number}`)
  expect(page.status).toBe(200)
  expect(page.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(page.body).toContain('<h3>a.txt:1</h3>')
  expect(page.body).toContain('+&lt;b&gt;')
  expect(page.body).toContain('<pre>see &lt;img src=x&gt;</pre>')
  expect((await callWith(emulator, undefined)('GET', '/octo/shop/pull/99')).status).toBe(401)
})
