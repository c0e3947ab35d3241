import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { devNull, tmpdir } from 'node:os'
import path from 'node:path'
import type { Hunk } from '../diff/file-diff.ts'
import { parsePatch } from '../diff/parse-patch.ts'
import { runGit } from './run-git.ts'

const maxPatchBytes = 100_000_000
const diffOptions = ['--no-index', '--text', '--unified=3', '--no-color', '--no-ext-diff', '--no-textconv']

/** No setting and no attribute of this machine may change how two contents differ. */
const plain = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_ATTR_NOSYSTEM: '1',
}

/**
 * The hunks between two contents as `git diff` makes them, whatever bytes they hold: for patches that GitHub withholds.
 * None when the contents are equal.
 */
export async function diffBlobs(before: Uint8Array, after: Uint8Array, signal: AbortSignal): Promise<Hunk[]> {
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'lorgnette-diff-'))
  try {
    await writeFile(path.join(folder, 'before'), before, { signal })
    await writeFile(path.join(folder, 'after'), after, { signal })
    const { stdout } = await runGit(
      ['diff', ...diffOptions, '--', 'before', 'after'],
      // The folder for temporary files may stand in a repository, whose settings are none of ours.
      { folder, maxBytes: maxPatchBytes, env: { ...plain, GIT_CEILING_DIRECTORIES: path.dirname(folder) } },
      signal,
      [1],
    )
    return parsePatch(stdout).flatMap(({ hunks }) => hunks)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
