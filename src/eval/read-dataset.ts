import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { PermanentError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { readIfThere } from '../base/read-if-there.ts'
import { parsePatch } from '../diff/parse-patch.ts'
import type { ChangedText } from '../review/change.ts'
import { contentOf } from '../review/content-of.ts'
import { estimateTokens } from '../review/estimate-tokens.ts'
import { profiles, type EvalCase, type GoldenFinding } from './eval-case.ts'
import { surroundingsOfCase } from './surroundings-of-case.ts'

export interface Dataset {
  readonly cases: readonly EvalCase[]
  /** Cases that were named and are not there, or are there without their diff. */
  readonly missing: readonly string[]
}

export interface DatasetOptions {
  /** Cases that are wanted; all unless told. */
  readonly only?: readonly string[]
  /** Where the repositories of the cases are: see `surroundingsOfCase`. Without it nothing is known but the change. */
  readonly repositories?: string
}

/**
 * Reads cases: folders with `case.json` (title and body), `diff.patch`, `files/` (changed files as they are after the
 * change) and `golden.json` (what a good review says). They stand in the dataset, or in `cases/` in it.
 * Throws a permanent error when there are none, or one cannot be read.
 */
export async function readDataset(
  folder: string,
  signal: AbortSignal,
  { only, repositories }: DatasetOptions = {},
): Promise<Dataset> {
  const inside = path.join(folder, 'cases')
  const root = existsSync(inside) ? inside : folder
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    throw new PermanentError(`the dataset ${folder} cannot be read`, { cause: error })
  })
  const present = entries
    .filter((entry) => entry.isDirectory() && existsSync(path.join(root, entry.name, 'case.json')))
    .map(({ name }) => name)
    .toSorted()
  const wanted = only ?? present
  const whole = wanted.filter((id) => existsSync(path.join(root, id, 'diff.patch')))
  if (whole.length === 0) {
    throw new PermanentError(`there is no case in ${root}: a case is a folder with case.json and diff.patch`)
  }
  const cases: EvalCase[] = []
  for (const id of whole) cases.push(await readCase(path.join(root, id), id, repositories, signal))
  return { cases, missing: wanted.filter((id) => !whole.includes(id)) }
}

const caseFile = z.object({
  title: z.string().nullish(),
  body: z.string().nullish(),
  repo: z.string().nullish(),
  /** The repository that has the commits, where it is another one. */
  snapshot: z.string().nullish(),
  base_sha: z.string().nullish(),
  head_sha: z.string().nullish(),
})

const place = z.object({
  file: z.string(),
  start_line: z.number().int(),
  end_line: z.number().int(),
})

const golden = place
  .extend({
    id: z.string(),
    comment: z.string(),
    severity: z.string().nullish(),
    profile: z.enum(profiles).default('strict'),
    also_at: z.array(place).default([]),
  })
  .transform(({ id, comment, severity, profile, also_at, ...at }): GoldenFinding => ({
    id,
    comment,
    profile,
    ...(severity && { severity: severity.toLowerCase() }),
    places: [at, ...also_at].map(({ file, start_line, end_line }) => ({
      path: file,
      startLine: start_line,
      endLine: end_line,
    })),
  }))

const goldenFile = z.object({
  expect: z.enum(['findings', 'no findings', 'robustness only']),
  findings: z.array(golden).default([]),
  known_invalid: z.array(golden).default([]),
})

async function readCase(
  folder: string,
  id: string,
  repositories: string | undefined,
  signal: AbortSignal,
): Promise<EvalCase> {
  const {
    title,
    body,
    repo,
    snapshot,
    base_sha: base,
    head_sha: head,
  } = await readJson(path.join(folder, 'case.json'), caseFile)
  const expected = await readJson(path.join(folder, 'golden.json'), goldenFile)
  const patch = await readFile(path.join(folder, 'diff.patch'))
  const files: ChangedText[] = []
  for (const diff of parsePatch(patch)) {
    const content = await readContent(path.join(folder, 'files'), diff.path)
    files.push({ diff, ...(content && contentOf(content)) })
  }
  const repository = snapshot ?? repo ?? undefined
  const commits = head && { head, ...(base && { base }), ...(repository !== undefined && { repository }) }
  const surroundings =
    repositories !== undefined && commits ? await surroundingsOfCase(repositories, commits, signal) : {}
  return {
    id,
    expects: expected.expect,
    // Neither the number nor the address of the pull request: who knows them knows the answers.
    change: {
      name: id,
      title: title ?? '',
      body: body ?? '',
      files,
      complete: true,
      ...surroundings,
    },
    golden: expected.findings,
    knownInvalid: expected.known_invalid,
    diffTokens: estimateTokens(patch.toString('latin1')),
  }
}

/** Undefined where nothing is stored: deleted files, submodules, what was too large. A path that leads out is not followed. */
async function readContent(files: string, name: string): Promise<Uint8Array | undefined> {
  const file = path.resolve(files, name)
  if (!file.startsWith(path.resolve(files) + path.sep)) return undefined
  return await readFile(file).catch(() => undefined)
}

async function readJson<Value>(file: string, schema: z.ZodType<Value>): Promise<Value> {
  const text = await readIfThere(file)
  if (text === undefined) throw new PermanentError(`${file} is missing`)
  const read = schema.safeParse(parseJson(text))
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new PermanentError(`${file} cannot be read: ${issue?.path.join('.')}: ${issue?.message}`)
}
