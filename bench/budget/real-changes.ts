import { execFileSync } from 'node:child_process'
import { packageRoot } from '../../src/base/package-root.ts'
import { readDataset } from '../../src/eval/read-dataset.ts'
import { readLocalChange } from '../../src/git/local-change.ts'
import type { Change } from '../../src/review/change.ts'

const signal = new AbortController().signal

/** The last commits of this repository, each as a change of its own with the files around it. */
export async function* lastCommits(count: number): AsyncGenerator<Change> {
  const log = ['-C', packageRoot, 'log', '--no-merges', '--format=%H', '-n', String(count)]
  const commits = execFileSync('git', log, { encoding: 'utf8' }).trim().split('\n')
  for (const commit of commits) {
    const change = await readLocalChange({ folder: packageRoot, base: `${commit}~1`, head: commit }, signal)
    yield { ...change, name: commit.slice(0, 7) }
  }
}

/** Pull requests of other projects, in a folder of evaluation cases. */
export async function* evalCases(folder: string): AsyncGenerator<Change> {
  for (const { change } of (await readDataset(folder, signal)).cases) yield change
}
