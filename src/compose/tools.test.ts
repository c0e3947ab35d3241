import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { errorMessage } from '../base/errors.ts'
import { readConfig } from '../config.ts'
import { lockFolder } from '../postgres/folder-lock.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openCacheTools } from './tools.ts'

/** What a command on the cache says while a server on this host and port has the embedded store. */
async function refusalOf(kind: 'stats' | 'explain' | 'purge', host: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lorgnette-tools-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const config = readConfig({ DATA_DIR: folder, HOST: host, PORT: '3100' }, 'tool')
  if (config.store.kind !== 'embedded') throw new Error('the store is not embedded')
  const release = await lockFolder(config.store.folder)
  onTestFinished(release)
  return await openCacheTools(config, createLogger('silent'), kind).then(
    () => 'opened',
    (error: unknown) => errorMessage(error),
  )
}

test.each([
  ['0.0.0.0', 'http://127.0.0.1:3100/spending'],
  ['::', 'http://127.0.0.1:3100/spending'],
  ['fd00::1', 'http://[fd00::1]:3100/spending'],
])(
  'what is asked of a server on %s is shown by its page, whose address works from here',
  async (host, url) => {
    expect(await refusalOf('stats', host)).toMatch(/^process \d+ has the embedded store/)
    expect(await refusalOf('stats', host)).toContain(`use its page, ${url}, or stop it first`)
  },
)

test.each(['explain', 'purge'] as const)(
  'no page does what cache %s does: the server is to be stopped',
  async (kind) => {
    const refusal = await refusalOf(kind, '127.0.0.1')
    expect(refusal).toMatch(/: stop it first$/)
    expect(refusal).not.toContain('http')
  },
)
