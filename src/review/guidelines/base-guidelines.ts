import type { ContentPlace, PullRequest } from '../../github/github.ts'
import type { FileContent } from '../content-of.ts'
import type { ReadGuidelines } from './guideline.ts'
import { guidelineFiles, readGuidelines } from './read-guidelines.ts'

/** Base commits whose guidelines are remembered: pull requests share them. */
const REMEMBERED = 200

/** The guidelines of the commit that a pull request goes to, as far as they are known. */
export interface GuidelineReading {
  /** What is still to be read with the rights of whoever asks: none where the guidelines are remembered. */
  readonly missing: readonly ContentPlace[]
  /** The guidelines, by what stands in the missing places, in their order. */
  readonly read: (contents: readonly (FileContent | undefined)[]) => Promise<ReadGuidelines>
}

export type BaseGuidelines = (base: PullRequest['base']) => GuidelineReading

/** Has the guidelines of a base commit read once. */
export function createBaseGuidelines(): BaseGuidelines {
  const remembered = new Map<string, ReadGuidelines>()
  return (base) => {
    const key = `${base.repository}@${base.commit}`
    const known = remembered.get(key)
    if (known) return { missing: [], read: () => Promise.resolve(known) }
    return {
      missing: guidelineFiles.map((path) => ({ commit: base.commit, path })),
      read: async (contents) => {
        const files = new Map(guidelineFiles.map((path, index) => [path, contents[index]]))
        const guidelines = await readGuidelines((path) => Promise.resolve(files.get(path)))
        remembered.set(key, guidelines)
        const [oldest] = remembered.keys()
        if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest)
        return guidelines
      },
    }
  }
}
