import { runGit } from './run-git.ts'

/** The checked out files that `folder` is among: their topmost folder. Undefined for a bare repository, and outside of any. */
export async function findWorkTree(folder: string, signal: AbortSignal): Promise<string | undefined> {
  const { exitCode, stdout } = await runGit(['rev-parse', '--show-toplevel'], { folder }, signal, [128])
  return exitCode === 0 ? new TextDecoder().decode(stdout).replace(/\n$/, '') : undefined
}

/**
 * Whether files that git tracks differ from the commit, staged or not. Others do not count: the review itself may be on
 * its way to one of them. False, too, where git cannot tell: this is for a note to people, and no review fails for it.
 */
export async function hasUncommittedChanges(workTree: string, signal: AbortSignal): Promise<boolean> {
  const { exitCode, stdout } = await runGit(
    ['status', '--porcelain', '-z', '--untracked-files=no', '--ignore-submodules=dirty', '--no-renames'],
    { folder: workTree, env: await withoutFilters(workTree, signal), maxBytes: 100_000_000 },
    signal,
    [128],
  )
  return exitCode === 0 && stdout.byteLength > 0
}

/** Turns off the programs that settings name for reading files: attributes, which come with a change, could ask for them. */
async function withoutFilters(folder: string, signal: AbortSignal): Promise<Record<string, string>> {
  const pattern = String.raw`^filter\..*\.(clean|process|required)$`
  const listing = ['config', '--null', '--name-only', '--get-regexp', pattern]
  const { stdout } = await runGit(listing, { folder }, signal, [1])
  const keys = [...new Set(new TextDecoder().decode(stdout).split('\0'))].filter(Boolean)
  const settings = keys.flatMap((key, index) => [
    [`GIT_CONFIG_KEY_${index}`, key] as const,
    [`GIT_CONFIG_VALUE_${index}`, ''] as const, // no program; of `required`: no
  ])
  return { GIT_CONFIG_COUNT: String(keys.length), ...Object.fromEntries(settings) }
}
