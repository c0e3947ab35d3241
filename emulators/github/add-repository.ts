import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { git, gitAnswer, gitText } from './git.ts'
import type { Repository, World } from './world.ts'

/** Adds a repository that shares the objects of the one in `source`, which is only read. */
export async function addRepository(world: World, fullName: string, source: string): Promise<Repository> {
  const [owner, name, ...rest] = fullName.split('/')
  if (!owner || !name || rest.length > 0) throw new Error(`${fullName} is not owner/name`)
  if (world.repositories.has(fullName.toLowerCase())) throw new Error(`${fullName} is there already`)
  const folder = path.join(world.folder, 'repositories', `${owner}/${name}.git`)
  const objects = await gitText(source, 'rev-parse', '--path-format=absolute', '--git-path', 'objects')
  const branch = await defaultBranchOf(source)
  await git('.', 'init', '--quiet', '--bare', `--initial-branch=${branch}`, folder)
  await writeFile(path.join(folder, 'objects/info/alternates'), `${objects}\n`)
  await git(folder, 'fetch', '--quiet', source, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*')
  const installation = world.installations.get(owner.toLowerCase()) ?? { id: world.nextId(), account: owner }
  world.installations.set(owner.toLowerCase(), installation)
  const repository: Repository = {
    id: world.nextId(),
    owner,
    name,
    folder,
    defaultBranch: branch,
    installationId: installation.id,
    forkOf: undefined,
    pullRequests: new Map(),
    checkRuns: [],
    createdAt: world.clock.now(),
  }
  world.repositories.set(fullName.toLowerCase(), repository)
  return repository
}

/** `main` or `master` where there is one: the branch that happens to be checked out says little. */
async function defaultBranchOf(source: string): Promise<string> {
  for (const name of ['main', 'master'])
    if ((await gitAnswer(source, 'rev-parse', '--verify', '--quiet', `refs/heads/${name}`)) !== undefined)
      return name
  return (await gitAnswer(source, 'symbolic-ref', '--short', 'HEAD')) ?? 'main'
}
