import { createReadStream } from 'node:fs'
import path from 'node:path'
import { addAbortSignal, type Readable } from 'node:stream'
import { isAbort, PermanentError } from '../base/errors.ts'
import { addedContent } from '../diff/added-content.ts'
import { parsePatch } from '../diff/parse-patch.ts'
import type { Change } from '../review/change.ts'

const maxPatchBytes = 100_000_000

/**
 * The change that a patch file holds, or that comes in by `standardInput` when the name is `-`.
 * Nothing is known of the files but their hunks, which are the whole content of added ones. Throws a permanent error for a file that cannot be read, that is
 * too large, or that holds no patch.
 */
export async function readPatchChange(
  file: string,
  standardInput: Readable,
  signal: AbortSignal,
): Promise<Change> {
  const name = file === '-' ? 'standard input' : path.basename(file)
  const stream = file === '-' ? standardInput : createReadStream(file)
  const patch = await readBounded(stream, name, signal)
  const files = parsePatch(patch).map((diff) => {
    const content = addedContent(diff)
    return content === undefined ? { diff } : { diff, content }
  })
  return { name, title: '', body: '', files, complete: true }
}

async function readBounded(stream: Readable, name: string, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of addAbortSignal(signal, stream)) {
      const bytes = chunk as Uint8Array // no encoding was set on the stream
      size += bytes.byteLength
      if (size > maxPatchBytes) throw new PermanentError(`is larger than ${maxPatchBytes / 1_000_000} MB`)
      chunks.push(bytes)
    }
  } catch (error) {
    if (isAbort(error)) throw error
    throw new PermanentError(`${name} could not be read`, { cause: error })
  }
  return Buffer.concat(chunks)
}
