import { existsSync } from 'node:fs'
import path from 'node:path'
import { errorKind } from '../../src/base/errors.ts'
import { readLocalChange } from '../../src/git/local-change.ts'
import type { Change } from '../../src/review/change.ts'
import type { PushedState } from './push-history.ts'
import { standInChange } from './stand-in.ts'

export interface RebuiltChange {
  readonly change: Change
  /** `git`: as it was; `recorded`: of the recorded sizes, from the recorded hashes. */
  readonly from: 'git' | 'recorded'
}

/**
 * What a push made of a pull request, from a snapshot `<owner>+<name>/repo` in the mirror where that has both commits.
 * `looksAround`: whether a reader may look at the files beside the change.
 */
export async function rebuildChange(
  state: PushedState,
  { mirror, looksAround }: { readonly mirror?: string; readonly looksAround: boolean },
  signal: AbortSignal,
): Promise<RebuiltChange> {
  const folder = mirror === undefined ? '' : path.join(mirror, state.repo.replace('/', '+'), 'repo')
  if (!existsSync(folder)) return { change: standInChange(state), from: 'recorded' }
  try {
    const local = await readLocalChange({ folder, base: state.base_sha, head: state.head_sha }, signal)
    const { name: _name, title: _title, body: _body, openHead, ...read } = local
    const named = { name: `${state.repo}#${state.pr}`, title: state.title, body: '' }
    return { change: { ...read, ...named, ...(looksAround && openHead && { openHead }) }, from: 'git' }
  } catch (error) {
    // The snapshot has not both commits.
    if (errorKind(error) !== 'permanent') throw error
    return { change: standInChange(state), from: 'recorded' }
  }
}
