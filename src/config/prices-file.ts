import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { parseJson } from '../base/json.ts'
import { ownPrices, type OwnPrice } from '../budget/own-prices.ts'
import { expandHome } from './folders.ts'
import type { ValueType } from './setting.ts'

const MAX_FILE_BYTES = 1_000_000

/** The path of a JSON file with prices, read at once: what is wrong with it is a fault of the setting. */
export const pricesFile: ValueType<readonly OwnPrice[]> = {
  schema: z.string().transform((path, context) => {
    const text = readFile(expandHome(path))
    const json = text === undefined ? undefined : parseJson(text)
    if (json === undefined) {
      context.addIssue(
        text === undefined ? 'names no file that can be read' : 'names a file that is not JSON',
      )
      return z.NEVER
    }
    const read = ownPrices.safeParse(json)
    if (read.success) return read.data
    const [issue] = read.error.issues
    const [entry, ...member] = issue?.path ?? []
    const place = typeof entry === 'number' ? ` of entry ${entry + 1}` : ''
    context.addIssue(
      `names a file with a mistake: ${[...member, ''].join(' ').trim() || 'the form'}${place} ${issue?.message ?? 'is wrong'}`,
    )
    return z.NEVER
  }),
  expected: 'the path of a JSON file such as docs/cost.md shows',
}

function readFile(path: string): string | undefined {
  try {
    const file = statSync(path)
    return file.isFile() && file.size <= MAX_FILE_BYTES ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}
