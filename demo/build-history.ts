import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { git } from '../emulators/github/git.ts'
import { packageRoot } from '../src/base/package-root.ts'

/** The history that ships with the demo: a folder of patches for each branch, applied on top of `main`. */
const historyFolder = path.join(packageRoot, 'demo/history')

const pullRequest = z.object({
  branch: z.string(),
  title: z.string(),
  body: z.string(),
  author: z.string(),
})

/** A branch of the history and the pull request that it becomes. */
export type DemoPullRequest = z.infer<typeof pullRequest>

export async function demoPullRequests(): Promise<readonly DemoPullRequest[]> {
  const text = await readFile(path.join(historyFolder, 'pull-requests.json'), 'utf8')
  return z.array(pullRequest).parse(JSON.parse(text))
}

/** Whoever builds it, wherever and whenever: the commits have the same ids. */
const committer = ['-c', 'user.name=Stockroom', '-c', 'user.email=history@stockroom.example']
const sameEverywhere = ['-c', 'core.autocrlf=false', '-c', 'commit.gpgSign=false', '-c', 'gc.auto=0']

/** Builds the history as a bare repository in the folder, which must not exist yet or be empty. */
export async function buildHistory(folder: string): Promise<void> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'lorgnette-history-'))
  try {
    await git(scratch, 'init', '--quiet', '--template=', '--initial-branch=main')
    await applyPatches(scratch, 'main')
    for (const { branch } of await demoPullRequests()) {
      await git(scratch, 'checkout', '--quiet', '-b', branch, 'main')
      await applyPatches(scratch, branch)
    }
    await git(scratch, 'checkout', '--quiet', 'main')
    await git('.', 'clone', '--quiet', '--bare', '--template=', scratch, folder)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function applyPatches(repository: string, branch: string): Promise<void> {
  const folder = path.join(historyFolder, branch)
  const patches = (await readdir(folder)).sort().map((name) => path.join(folder, name))
  const flags = ['--quiet', '--keep', '--keep-cr', '--committer-date-is-author-date', '--no-gpg-sign']
  await git(repository, ...committer, ...sameEverywhere, 'am', ...flags, ...patches)
}
