import { z } from 'zod'
import type { ContentPlace } from './github.ts'

/** A question to GitHub's GraphQL API. */
interface Query {
  readonly query: string
  readonly variables: Readonly<Record<string, string>>
}

/**
 * Asks for what stands in many places at once. What GitHub calls text may be cut, or be in another encoding than in the
 * file: only its id proves it.
 * Source of the fields: GitHub's GraphQL schema, `Repository.object`, `Commit.file`, `TreeEntry`, `Blob`.
 */
export function contentsQuery(
  repository: { owner: string; repo: string },
  places: readonly ContentPlace[],
): Query {
  const variables: Record<string, string> = { owner: repository.owner, name: repository.repo }
  const declared = ['$owner: String!', '$name: String!']
  const asked = places.map((place, index) => {
    const id = `id${index}`
    declared.push(`$${id}: GitObjectID!`)
    if ('blob' in place) {
      variables[id] = place.blob
      return `${alias(index)}: object(oid: $${id}) { ...bytes }`
    }
    const path = `path${index}`
    declared.push(`$${path}: String!`)
    variables[id] = place.commit
    variables[path] = place.path
    return `${alias(index)}: object(oid: $${id}) { ... on Commit { file(path: $${path}) { mode object { ...bytes } } } }`
  })
  const query = `query(${declared.join(', ')}) {
  repository(owner: $owner, name: $name) {
    ${asked.join('\n    ')}
  }
}
fragment bytes on GitObject { ... on Blob { oid byteSize text isTruncated } }`
  return { query, variables }
}

/** What an answer says of one place. */
export type Told =
  /** The id says what the text must hash to. */
  | { readonly kind: 'text'; readonly text: string; readonly blob: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'too large' }
  /** It has to be read by itself. */
  | { readonly kind: 'unknown' }

const unknown: Told = { kind: 'unknown' }

/** What stands in a place is of no use to us unless it is a blob; then nothing of it is there. */
const bytes = z
  .object({ oid: z.string(), byteSize: z.int(), text: z.string().nullable(), isTruncated: z.boolean() })
  .partial()
const object = bytes.extend({ file: z.object({ mode: z.int(), object: bytes.nullable() }).nullish() })

export const contentsResponse = z.object({
  data: z
    .object({ repository: z.record(z.string(), object.nullable()).nullable() })
    .nullish()
    .transform((data) => data?.repository ?? {}),
  errors: z
    .array(
      z.object({
        type: z.string().optional(),
        path: z.array(z.union([z.string(), z.int()])).optional(),
      }),
    )
    .optional(),
})

/** Reads the answer to `contentsQuery`, place by place. */
export function readContents(
  { data, errors = [] }: z.output<typeof contentsResponse>,
  places: readonly ContentPlace[],
  maxBytes: number,
): readonly Told[] {
  const missing = new Set(
    errors.flatMap(({ type, path }) => (type === 'NOT_FOUND' && path?.[2] === 'file' ? [path[1]] : [])),
  )
  return places.map((place, index) => {
    if (missing.has(alias(index))) return { kind: 'none' }
    const found = data[alias(index)]
    if ('blob' in place) return toText(found, place.blob, maxBytes)
    const file = found?.file
    if (!file?.object || (file.mode & FILE_TYPE) !== REGULAR_FILE) return unknown
    return toText(file.object, file.object.oid, maxBytes)
  })
}

function toText(
  found: z.output<typeof bytes> | null | undefined,
  blob: string | undefined,
  maxBytes: number,
): Told {
  const { byteSize = 0, text, isTruncated } = found ?? {}
  if (byteSize > maxBytes) return { kind: 'too large' }
  if (typeof text !== 'string' || isTruncated !== false || blob === undefined) return unknown
  return { kind: 'text', text, blob }
}

/** The part of a mode that says what kind of thing it is: symlinks are to be followed, which takes a read of its own. */
const FILE_TYPE = 0o170000
const REGULAR_FILE = 0o100000

function alias(index: number): string {
  return `place${index}`
}
