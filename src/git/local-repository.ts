import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { createPlaces } from '../base/concurrency.ts'
import { PermanentError } from '../base/errors.ts'
import { commitId, type CommitId } from '../github/github.ts'
import { runGit, type GitOptions, type GitResult } from './run-git.ts'

/** For all repositories of this process together: what git does on this machine takes a core. A fetch waits elsewhere. */
const inGitPlace = createPlaces(2 * availableParallelism())

/**
 * The objects and refs of a repository on this machine. Its work tree and index are not looked at, and neither are the
 * attributes of its files: `.gitattributes` comes with the change, and `*.ts -diff` in it would hide code from the review.
 */
export class LocalRepository {
  /** The folder of refs and objects: `.git`, or what stands for it. */
  readonly gitFolder: string
  readonly #signal: AbortSignal
  readonly #env: Readonly<Record<string, string>>

  constructor(gitFolder: string, signal: AbortSignal, env: Readonly<Record<string, string>> = {}) {
    this.gitFolder = gitFolder
    this.#signal = signal
    this.#env = env
  }

  /** What git writes; a permanent error when it fails. */
  async bytes(args: readonly string[], options: Omit<GitOptions, 'folder'> = {}): Promise<Uint8Array> {
    return (await this.run(args, options)).stdout
  }

  /** What git writes, as text without blanks around it; undefined when git says no (exit code 1). */
  async answer(...args: readonly string[]): Promise<string | undefined> {
    const { exitCode, stdout } = await this.run(args, {}, [1])
    return exitCode === 0 ? new TextDecoder().decode(stdout).trim() : undefined
  }

  /** The commit that a person means by a branch, a tag or an id; undefined when there is none. */
  async commit(name: string): Promise<CommitId | undefined> {
    // What starts with a dash would be taken for an option.
    if (name.startsWith('-') || name.includes('\0')) return undefined
    const id = commitId.safeParse(await this.answer('rev-parse', '--verify', '--quiet', `${name}^{commit}`))
    return id.success ? id.data : undefined
  }

  /** Runs git on the repository alone; exit codes besides 0 and `answers` are permanent errors. */
  async run(
    args: readonly string[],
    options: Omit<GitOptions, 'folder'>,
    answers?: readonly number[],
  ): Promise<GitResult> {
    const noAttributes = ['-c', 'attr.tree=4b825dc642cb6eb9a060e54bf8d69288fbee4904'] // git's empty tree
    return await inGitPlace(
      () =>
        runGit(
          ['--git-dir=.', '--bare', ...noAttributes, ...args],
          {
            ...options,
            folder: this.gitFolder,
            env: { ...this.#env, ...options.env, GIT_INDEX_FILE: `${this.gitFolder}/no-index` },
          },
          this.#signal,
          answers,
        ),
      this.#signal,
    )
  }
}

/** The repository that `folder` is in. A permanent error when it is in none, or in one that git does not trust. */
export async function findRepository(folder: string, signal: AbortSignal): Promise<LocalRepository> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new PermanentError(`there is no folder ${folder}`)
  const { stdout } = await runGit(['rev-parse', '--absolute-git-dir'], { folder }, signal)
  return new LocalRepository(new TextDecoder().decode(stdout).replace(/\n$/, ''), signal)
}
