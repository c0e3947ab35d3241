import path from 'node:path'
import { z } from 'zod'
import { PermanentError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { readIfThere } from '../base/read-if-there.ts'
import { writeWhole } from '../base/write-whole.ts'
import type { DiffLine } from '../diff/file-diff.ts'
import type { Change } from '../review/change.ts'
import { defaultReviewSettings, type ReviewSettings } from '../review/review-settings.ts'
import { recordedAnalyser } from './recorded-analyser.ts'
import { recordedTree } from './recorded-tree.ts'

const number = z.number().int()
const text = z.string()
const end = { text, noNewline: z.literal(true).exactOptional() }

const diffLine: z.ZodType<DiffLine> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('context'), oldLine: number, newLine: number, ...end }),
  z.object({ kind: z.literal('added'), newLine: number, ...end }),
  z.object({ kind: z.literal('removed'), oldLine: number, ...end }),
])

const fileDiff = z.object({
  path: text,
  oldPath: text,
  status: z.enum(['added', 'modified', 'deleted', 'renamed', 'copied']),
  oldMode: text.exactOptional(),
  newMode: text.exactOptional(),
  binary: z.boolean(),
  hunks: z.array(
    z.object({
      oldStart: number,
      oldLines: number,
      newStart: number,
      newLines: number,
      heading: text,
      lines: z.array(diffLine),
    }),
  ),
})

const change: z.ZodType<Change> = z.object({
  guidelines: z.array(z.object({ source: text, text, paths: z.array(text).exactOptional() })).exactOptional(),
  ignoredGuidelines: z.array(z.object({ source: text, reason: text })).exactOptional(),
  name: text,
  title: text,
  body: text,
  complete: z.boolean(),
  files: z.array(
    z.object({
      diff: fileDiff,
      content: text.exactOptional(),
      noContent: text.exactOptional(),
      unreadable: text.exactOptional(),
    }),
  ),
})

/**
 * All that a review was made of, but for the answers of its model: with a recording of those it can be made again.
 * Credentials are hidden in all of it.
 */
const reviewRecord = z.object({
  version: z.literal(1),
  scope: z.object({
    tenant: text,
    repository: text,
    pullRequest: number.exactOptional(),
    runId: text,
  }),
  /** `provider/model`; absent when the analysers were the review. */
  model: text.exactOptional(),
  /** Ours; those that a later version has beside them get their defaults. */
  settings: z
    .record(text, z.unknown())
    // Written by ourselves, from settings that were checked.
    .transform((written): ReviewSettings => ({
      ...defaultReviewSettings,
      ...(written as Partial<ReviewSettings>),
    })),
  /** Fingerprints of what is not said again on this pull request, and why. */
  settled: z.array(z.tuple([text, z.enum(['already-said', 'declined', 'muted'])])),
  /** What the analysers found: they saw the change as it was. */
  analysers: z.array(recordedAnalyser),
  change,
  /** Absent when nobody had the files of the head, and when no model was asked. */
  head: recordedTree.exactOptional(),
})
export type ReviewRecord = z.output<typeof reviewRecord>

const fileName = 'review.json'

export async function writeReviewRecord(folder: string, record: ReviewRecord): Promise<void> {
  await writeWhole(path.join(folder, fileName), `${JSON.stringify(record, undefined, 1)}\n`)
}

/** Throws a permanent error when the folder holds no review, or one that this version cannot read. */
export async function readReviewRecord(folder: string): Promise<ReviewRecord> {
  const file = path.join(folder, fileName)
  const json = await readIfThere(file)
  if (json === undefined) {
    throw new PermanentError(
      `${file} is missing: no review was recorded there (lorgnette review --record DIR does)`,
    )
  }
  const read = reviewRecord.safeParse(parseJson(json))
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new PermanentError(`${file} is no record of a review: ${issue?.path.join('.')}: ${issue?.message}`)
}
