import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import { headOfCase, type CaseHead } from './head-of-case.ts'

const never = new AbortController().signal

let folder: string
let repository: ScratchRepository
let commit: string

/** A repository whose head has gone on since. */
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-heads-'))
  repository = openScratchRepository()
  repository.write('a.py', 'x = 1\n')
  commit = repository.commit()
  repository.write('a.py', 'x = 2\n')
  repository.commit()
})
afterEach(() => {
  repository.close()
  rmSync(folder, { recursive: true, force: true })
})

async function read(repositories: string, head: CaseHead): Promise<string | undefined> {
  const openHead = await headOfCase(repositories, head, never)
  const opened = await openHead?.(never)
  return opened?.kind === 'opened' ? await opened.tree.file('a.py', never) : undefined
}

describe('the files beside a change are those of its own commit', () => {
  test.each(['octo+shop/repo', 'octo/shop', 'octo/shop.git'])(
    'in a folder of repositories: %s',
    async (name) => {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
      cpSync(repository.folder, path.join(folder, name), { recursive: true })
      expect(await read(folder, { repository: 'octo/shop', commit })).toBe('x = 1\n')
    },
  )

  test('in the one repository of all cases', async () => {
    expect(await read(repository.folder, { commit })).toBe('x = 1\n')
    expect(await read(repository.folder, { repository: 'octo/shop', commit })).toBe('x = 1\n')
  })
})

test('a commit that is nowhere has no files', async () => {
  expect(await read(repository.folder, { commit: 'a'.repeat(40) })).toBeUndefined()
  expect(await read(path.join(folder, 'nothing'), { repository: 'octo/shop', commit })).toBeUndefined()
})
