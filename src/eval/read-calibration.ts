import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { PermanentError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'

/** Comments of one review, and which of the problems of its change they name in the eyes of others. */
export interface CalibrationItem {
  /** Which change, and whose comments: the same for all who judged them. */
  readonly id: string
  readonly problems: readonly string[]
  readonly comments: readonly string[]
  /** For each problem, who says that a comment names it, and who says that none does. */
  readonly verdicts: readonly Readonly<Record<string, boolean>>[]
}

const golden = z.object({ golden: z.string() })

const row = z.object({
  pr: z.string(),
  tool: z.string(),
  judge: z.string(),
  matches: z.array(golden.extend({ candidate: z.string() })),
  unmatched_candidates: z.array(z.string()),
  unmatched_golden: z.array(golden),
})
type Row = z.output<typeof row>

/**
 * Reads what others decided: `*.jsonl` files of one line for each review they judged, with the comments that name a
 * problem, the comments that name none, and the problems that none names. Judgements of the same review by several
 * judges become one item, of the comments that the first judge (by name) saw, and of the problems that all of them saw.
 * Items without a comment decide nothing, and are left out. At most `limit` items, drawn evenly and the same every time.
 */
export async function readCalibration(folder: string, limit?: number): Promise<readonly CalibrationItem[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new PermanentError(`the calibration ${folder} cannot be read`, { cause: error })
  })
  const rows: Row[] = []
  for (const name of names.filter((file) => file.endsWith('.jsonl')).toSorted()) {
    const file = path.join(folder, name)
    const lines = (await readFile(file, 'utf8')).split('\n')
    for (const [index, line] of lines.entries()) {
      if (line.trim() === '') continue
      const read = row.safeParse(parseJson(line))
      if (!read.success) throw new PermanentError(`${file}, line ${index + 1}, is no judgement`)
      rows.push(read.data)
    }
  }
  const ids = [...new Set(rows.map(idOf))]
  const items = ids
    .map((id) =>
      toItem(
        id,
        rows.filter((one) => idOf(one) === id),
      ),
    )
    .filter(({ comments, problems }) => comments.length > 0 && problems.length > 0)
  if (items.length === 0) throw new PermanentError(`there is no judgement in ${folder}`)
  return items
    .toSorted(byDigest)
    .slice(0, limit ?? items.length)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function idOf({ pr, tool }: Row): string {
  return `${pr} ${tool}`
}

function toItem(id: string, group: readonly Row[]): CalibrationItem {
  const judged = group.toSorted((a, b) => (a.judge < b.judge ? -1 : 1))
  const [first] = judged
  const comments = [
    ...(first?.matches.map(({ candidate }) => candidate) ?? []),
    ...(first?.unmatched_candidates ?? []),
  ]
  const problemsOf = ({ matches, unmatched_golden }: Row): string[] =>
    [...matches, ...unmatched_golden].map((entry) => entry.golden)
  const problems = (first ? problemsOf(first) : [])
    .filter((problem) => judged.every((row) => problemsOf(row).includes(problem)))
    .toSorted()
  return {
    id,
    problems: [...new Set(problems)],
    // In an order that says nothing about who matched.
    comments: [...new Set(comments)].toSorted(),
    verdicts: [...new Set(problems)].map((problem) =>
      Object.fromEntries(
        judged.map(({ judge, matches }) => [judge, matches.some((match) => match.golden === problem)]),
      ),
    ),
  }
}

function byDigest(a: CalibrationItem, b: CalibrationItem): number {
  return digest(a.id) < digest(b.id) ? -1 : 1
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
