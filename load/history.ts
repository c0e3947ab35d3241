import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Head, PlannedHeads } from '../chaos/history.ts'
import type { ScratchRepository } from '../test/scratch-repository.ts'
import { pushedTo, type WrittenFile } from './write-files.ts'

export interface LoadedPullRequest {
  readonly number: number
  readonly files: readonly WrittenFile[]
  /** How often it is pushed to after it was opened; each push changes one file. */
  readonly pushes: number
}

/**
 * Commits all files to `main` as they were, and each pull request's heads to branches `topic-<number>`; the branches stand
 * at the first of them. One stream into git: thousands of files take seconds.
 */
export function commitHistory(
  repository: ScratchRepository,
  pullRequests: readonly LoadedPullRequest[],
): readonly PlannedHeads[] {
  const stream = createStream()
  const base = stream.commit('refs/heads/main', undefined, [
    // So that there is a file that no pull request touches.
    { path: 'README.md', text: '# Services\n' },
    ...pullRequests.flatMap(({ files }) => files.map(({ path, before }) => ({ path, text: before }))),
  ])
  const planned = pullRequests.map(({ number, files, pushes }) => {
    const branch = `topic-${number}`
    let current = files
    const first = files.map(({ path, after }) => ({ path, text: after }))
    const marks = [{ mark: stream.commit(`refs/heads/${branch}`, base, first), files: current }]
    for (let push = 1; push <= pushes; push++) {
      // The last file: faults are in the first ones, so the push finds nothing new.
      const last = current.at(-1)
      if (!last) break
      const pushed = pushedTo(last, push)
      current = [...current.slice(0, -1), pushed]
      const change = [{ path: pushed.path, text: pushed.after }]
      marks.push({ mark: stream.commit(`refs/later/${branch}`, marks.at(-1)?.mark, change), files: current })
    }
    return { number, branch, marks }
  })
  const commits = importStream(repository, stream.end())
  return planned.map(({ number, branch, marks }) => ({
    number,
    branch,
    heads: marks.map(({ mark, files }): Head => {
      const commit = commits.get(mark)
      if (commit === undefined) throw new Error(`git did not import commit ${mark}`)
      return {
        commit,
        hunks: files.reduce((sum, { hunks }) => sum + hunks, 0),
        faults: files.flatMap(({ faults }) => faults),
      }
    }),
  }))
}

interface Stream {
  /** Returns the mark of the commit. */
  commit(
    ref: string,
    from: number | undefined,
    files: readonly { readonly path: string; readonly text: string }[],
  ): number
  end(): Buffer
}

/** The format of `git fast-import`. */
function createStream(): Stream {
  const parts: Buffer[] = []
  let marks = 0
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`
  return {
    commit: (ref, from, files) => {
      marks += 1
      const head = [
        `commit ${ref}\nmark :${marks}\n`,
        `committer Load <load@example.com> ${1_700_000_000 + marks} +0000\n`,
        data('a change'),
        from === undefined ? '' : `from :${from}\n`,
      ]
      const changes = files.map(({ path, text }) => `M 100644 inline ${path}\n${data(text)}`)
      parts.push(Buffer.from(`${[...head, ...changes].join('')}\n`))
      return marks
    },
    end: () => Buffer.concat([...parts, Buffer.from('done\n')]),
  }
}

function importStream({ folder, git }: ScratchRepository, stream: Buffer): ReadonlyMap<number, string> {
  const marksFile = path.join(folder, '.git', 'load-marks')
  const args = ['fast-import', '--quiet', '--done', '--force', `--export-marks=${marksFile}`]
  execFileSync('git', args, { cwd: folder, input: stream, stdio: ['pipe', 'ignore', 'inherit'] })
  git('symbolic-ref', 'HEAD', 'refs/heads/main')
  const lines = readFileSync(marksFile, 'utf8').trim().split('\n')
  return new Map(
    lines.map((line) => {
      const [mark = '', commit = ''] = line.split(' ')
      return [Number(mark.slice(1)), commit]
    }),
  )
}
