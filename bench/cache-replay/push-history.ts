import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const changedFile = z.object({
  path: z.string(),
  status: z.string(),
  added: z.number().nullable(),
  removed: z.number().nullable(),
  /** Of the new content; absent where there is none. */
  sha256: z.string().optional(),
  /** Of the lines of the patch, without their numbers. */
  hunks_sha256: z.string().nullish(),
})
export type RecordedFile = z.infer<typeof changedFile>

const state = z.object({
  repo: z.string(),
  pr: z.number(),
  title: z.string(),
  push: z.number(),
  last_of_push: z.boolean(),
  base_sha: z.string(),
  head_sha: z.string(),
  files: z.array(changedFile),
})

/** What a pull request looked like after a push: what would be reviewed. */
export type PushedState = Omit<z.infer<typeof state>, 'last_of_push'>

/** One repository's pull requests, each with its pushes, oldest first. */
export interface PushHistory {
  /** `owner/name`. */
  readonly repository: string
  readonly pullRequests: readonly (readonly PushedState[])[]
}

/** Reads every `*.jsonl` of a folder: one line for each commit of a pull request. Throws where a line is not one. */
export function readHistories(folder: string): readonly PushHistory[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  return files.toSorted().map((name) => readHistory(readFileSync(path.join(folder, name), 'utf8')))
}

export function readHistory(lines: string): PushHistory {
  const states = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => state.parse(JSON.parse(line)))
    // Commits that were pushed together were seen together.
    .filter(({ last_of_push }) => last_of_push)
  const byNumber = new Map<number, PushedState[]>()
  for (const one of states) byNumber.set(one.pr, [...(byNumber.get(one.pr) ?? []), one])
  return { repository: states[0]?.repo ?? '', pullRequests: [...byNumber.values()] }
}
