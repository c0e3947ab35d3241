import {
  BEYOND_ALL_CONTENTS,
  contentOf,
  MAX_CONTENT_BYTES,
  MAX_CONTENTS_BYTES,
  type FileContent,
} from '../review/content-of.ts'
import type { LocalRepository } from './local-repository.ts'

/** The text of each blob, by its id, or why it is none: it is too large, or all before it are. What is missing is left out. */
export async function readContents(
  repository: LocalRepository,
  blobs: Iterable<string>,
): Promise<ReadonlyMap<string, FileContent>> {
  const sizes = await readSizes(repository, [...new Set(blobs)])
  const contents = new Map<string, FileContent>()
  const wanted: string[] = []
  let total = 0
  for (const [blob, size] of sizes) {
    if (size > MAX_CONTENT_BYTES) contents.set(blob, contentOf('too large'))
    else if (total + size > MAX_CONTENTS_BYTES) contents.set(blob, BEYOND_ALL_CONTENTS)
    else {
      wanted.push(blob)
      total += size
    }
  }
  if (wanted.length === 0) return contents
  const maxBytes = total + wanted.length * 200
  const output = await repository.bytes(['cat-file', '--batch'], { input: lines(wanted), maxBytes })
  for (const { blob, bytes } of readBatch(output)) {
    contents.set(blob, contentOf(bytes))
  }
  return contents
}

async function readSizes(
  repository: LocalRepository,
  blobs: readonly string[],
): Promise<readonly (readonly [blob: string, size: number])[]> {
  if (blobs.length === 0) return []
  const output = await repository.bytes(['cat-file', '--batch-check'], { input: lines(blobs) })
  return new TextDecoder()
    .decode(output)
    .split('\n')
    .flatMap((line) => {
      const [, blob, size] = /^([0-9a-f]+) blob (\d+)$/.exec(line) ?? []
      return blob === undefined ? [] : [[blob, Number(size)] as const]
    })
}

/** The entries of `git cat-file --batch`: `id SP type SP size LF`, then that many bytes and LF; `id SP missing LF` alone. */
function* readBatch(output: Uint8Array): Generator<{ readonly blob: string; readonly bytes: Uint8Array }> {
  const newline = 0x0a
  for (let at = 0; at < output.length;) {
    const endOfHeader = output.indexOf(newline, at)
    if (endOfHeader === -1) return
    const [blob = '', , size] = new TextDecoder().decode(output.subarray(at, endOfHeader)).split(' ')
    at = endOfHeader + 1
    if (size === undefined) continue
    yield { blob, bytes: output.subarray(at, at + Number(size)) }
    at += Number(size) + 1
  }
}

function lines(ids: readonly string[]): Uint8Array {
  return new TextEncoder().encode(ids.map((id) => `${id}\n`).join(''))
}
