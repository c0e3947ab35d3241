import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A git repository in a temporary folder, without the settings of this machine or its user. */
export interface ScratchRepository {
  readonly folder: string
  /** Runs git there and returns what it printed, to the byte. */
  readonly git: (...args: readonly string[]) => Buffer
  /** Writes a file, with its folders. The path may be bytes that are no UTF-8. */
  readonly write: (file: string | Buffer, content: string | Uint8Array) => void
  /** Adds everything, commits it, and returns the commit id. */
  readonly commit: () => string
  readonly close: () => void
}

const environment = {
  PATH: process.env['PATH'],
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
}

export function openScratchRepository(): ScratchRepository {
  const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-scratch-'))
  const git = (...args: readonly string[]): Buffer =>
    execFileSync('git', args, { cwd: folder, env: environment, stdio: 'pipe', maxBuffer: 200_000_000 })
  git('init', '--quiet', '--initial-branch=main')
  return {
    folder,
    git,
    write: (file, content) => {
      const target = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(file)])
      mkdirSync(target.subarray(0, target.lastIndexOf('/')), { recursive: true })
      writeFileSync(target, content)
    },
    commit: () => {
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', 'a change')
      return git('rev-parse', 'HEAD').toString().trim()
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
