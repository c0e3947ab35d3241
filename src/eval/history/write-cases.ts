import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '../../base/write-whole.ts'
import { parsePatch } from '../../diff/parse-patch.ts'
import { isCommentable } from '../../diff/commentable-lines.ts'
import { changedBlobs } from '../../git/changed-blobs.ts'
import { diffCommits } from '../../git/diff-commits.ts'
import type { LocalRepository } from '../../git/local-repository.ts'
import { readContents } from '../../git/read-contents.ts'
import type { FileDiff } from '../../diff/file-diff.ts'
import type { Place } from '../eval-case.ts'
import type { Mended, MendedChange } from './find-mended.ts'

/** A change that is larger than this is too much for one review, and says little about it. */
const MAX_PATCH_BYTES = 300_000

/**
 * Writes a case for each change, `limit` at most, in the form that `readDataset` reads: the change, and what was mended of it as golden
 * findings. Returns the names of the cases; changes that are too large, or of which no mended line stands in the diff,
 * make none.
 */
export async function writeCases(
  repository: LocalRepository,
  changes: readonly MendedChange[],
  { folder, limit }: { readonly folder: string; readonly limit: number },
): Promise<readonly string[]> {
  const written: string[] = []
  for (const change of changes) {
    if (written.length === limit) break
    const { entry, pullRequest } = change
    const patch = await diffCommits(repository, entry.parent, entry.commit)
    const diffs = parsePatch(patch)
    const findings = change.mended.flatMap((mended, index) => golden(mended, diffs, `g${index + 1}`) ?? [])
    if (patch.byteLength > MAX_PATCH_BYTES || findings.length === 0) continue
    const id = `pr-${pullRequest.number}`
    const root = path.join(folder, 'cases', id)
    await writeFiles(repository, change, path.join(root, 'files'))
    await mkdir(root, { recursive: true })
    await writeFile(path.join(root, 'diff.patch'), patch)
    await writeJson(path.join(root, 'golden.json'), {
      source: 'later fixes of the same lines',
      expect: 'findings',
      findings,
      known_invalid: [],
    })
    await writeJson(path.join(root, 'case.json'), {
      id,
      kind: 'golden',
      pr_number: pullRequest.number,
      title: pullRequest.title,
      body: pullRequest.body === '' ? null : pullRequest.body,
      base_sha: entry.parent,
      head_sha: entry.commit,
    })
    written.push(id)
  }
  return written
}

function golden({ fix, places }: Mended, diffs: readonly FileDiff[], id: string): object | undefined {
  const shown = places.filter((place) => isShown(place, diffs))
  const [first, ...others] = shown.map(({ path, startLine, endLine }) => ({
    file: path,
    start_line: startLine,
    end_line: endLine,
  }))
  if (!first) return undefined
  return {
    id,
    comment: [fix.subject, firstParagraph(fix.body)].filter(Boolean).join('\n\n'),
    severity: null,
    profile: 'strict',
    ...first,
    ...(others.length > 0 && { also_at: others }),
    location_source: 'lines that a later fix changed',
    fix_sha: fix.commit,
  }
}

function isShown({ path, startLine, endLine }: Place, diffs: readonly FileDiff[]): boolean {
  const file = diffs.find((diff) => diff.path === path)
  return file !== undefined && isCommentable(file, { side: 'RIGHT', startLine, endLine })
}

function firstParagraph(text: string): string {
  return (
    text
      .split(/\n\s*\n/)[0]
      ?.trim()
      .slice(0, 1_000) ?? ''
  )
}

/** The changed files after the change. A path that leads out of the folder is left out. */
async function writeFiles(
  repository: LocalRepository,
  { entry }: MendedChange,
  folder: string,
): Promise<void> {
  const blobs = await changedBlobs(repository, entry.parent, entry.commit)
  const contents = await readContents(repository, blobs.values())
  for (const [name, blob] of blobs) {
    const content = contents.get(blob)?.content
    const file = path.resolve(folder, name)
    if (content === undefined || !file.startsWith(path.resolve(folder) + path.sep)) continue
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
  }
}

async function writeJson(file: string, value: object): Promise<void> {
  await writeWhole(file, `${JSON.stringify(value, undefined, 2)}\n`)
}
