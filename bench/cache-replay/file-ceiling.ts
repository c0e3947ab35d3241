import type { PushHistory } from './push-history.ts'

/** What a cache that keeps whole files could know already. */
export interface FileCeiling {
  /** Files with a content, at pushes after the first of their pull request. */
  readonly files: number
  /** Those of them whose very content an earlier push of the same pull request had at the same path. */
  readonly known: number
}

export function fileCeiling({ pullRequests }: PushHistory): FileCeiling {
  let files = 0
  let known = 0
  for (const pushes of pullRequests) {
    const seen = new Set<string>()
    for (const [index, push] of pushes.entries()) {
      const names = push.files.flatMap(({ path, sha256 }) =>
        sha256 === undefined ? [] : [`${path} ${sha256}`],
      )
      if (index > 0) {
        files += names.length
        known += names.filter((name) => seen.has(name)).length
      }
      for (const name of names) seen.add(name)
    }
  }
  return { files, known }
}
