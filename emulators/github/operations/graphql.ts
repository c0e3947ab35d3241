import { graphql, GraphQLError } from 'graphql'
import { z } from 'zod'
import { createObjectReader, type ObjectReader, type StoredObject } from '../graphql/object-reader.ts'
import { schema } from '../graphql/schema.ts'
import { gitAnswer } from '../git.ts'
import { GitHubError } from '../github-error.ts'
import { bodyOf, ok, type Answer, type Call, type Operation } from '../operation.ts'
import type { World } from '../world.ts'

/** Longer texts are cut. GitHub does not document how long; this is what people measured. */
const maxTextBytes = 512_000

const question = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).optional() })

async function answerQuery(call: Call): Promise<Answer> {
  if (call.actor.kind === 'app') throw new GitHubError(401, 'Requires authentication')
  const { query, variables = {} } = bodyOf(call, question)
  const rootValue = rootOf(call.world)
  const { data, errors } = await graphql({ schema, source: query, variableValues: variables, rootValue })
  // A query that is wrong has no data at all.
  return ok({ ...(data !== undefined && { data }), ...(errors && { errors: errors.map(show) }) })
}

/** The errors of an answer that are the mistakes of whoever asked: GitHub gives a type to all others. */
export function queryFaults({ body }: Answer): string[] {
  const parsed = answered.safeParse(body)
  const errors = parsed.success ? (parsed.data.errors ?? []) : []
  return errors.filter(({ type }) => type === undefined).map(({ message }) => message)
}
const answered = z.object({
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).optional(),
})

function show({ message, locations, path, extensions }: GraphQLError): object {
  const { type } = extensions
  return { ...(typeof type === 'string' && { type, path }), locations, message }
}

function unresolved(what: string): GraphQLError {
  return new GraphQLError(`Could not resolve ${what}.`, { extensions: { type: 'NOT_FOUND' } })
}

/** Fields are methods: what is not asked for is not read. */
function rootOf({ repositories }: World): object {
  return {
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const repository = repositories.get(`${owner}/${name}`.toLowerCase())
      if (!repository) throw unresolved(`to a Repository with the name '${owner}/${name}'`)
      const { folder } = repository
      const reader = createObjectReader(folder)
      return {
        object: async ({ oid, expression }: { oid?: string; expression?: string }) => {
          const id = oid ?? (await gitAnswer(folder, 'rev-parse', '--verify', '--quiet', expression ?? ''))
          return showObject(reader, id === undefined ? undefined : await reader.object(id))
        },
      }
    },
  }
}

function showObject(reader: ObjectReader, object: StoredObject | undefined): object | null {
  if (!object) return null
  const { id, type, bytes } = object
  switch (type) {
    case 'blob':
      return { __typename: 'Blob', oid: id, ...showBytes(bytes) }
    case 'commit':
      return { __typename: 'Commit', oid: id, file: showFile }
    default:
      return { __typename: type === 'tree' ? 'Tree' : 'Tag', oid: id }
  }

  async function showFile({ path }: { path: string }): Promise<object> {
    const entry = await reader.entry(id, path)
    if (!entry) throw unresolved(`file for path '${path}'`)
    const { mode, type, size } = entry
    return {
      mode: Number.parseInt(mode, 8),
      name: path.split('/').at(-1),
      object: async () => showObject(reader, await reader.object(entry.id)),
      oid: entry.id,
      path,
      size,
      type,
    }
  }
}

/** Nobody knows how GitHub shows text that is not UTF-8; here it is taken for Latin-1. */
function showBytes(bytes: Buffer): object {
  const isBinary = bytes.subarray(0, 8_000).includes(0)
  const isTruncated = bytes.length > maxTextBytes
  const shown = bytes.subarray(0, maxTextBytes)
  const decoded = shown.toString('utf8')
  const isUtf8 = Buffer.from(decoded).equals(shown)
  const text = isUtf8 ? decoded : shown.toString('latin1')
  return { byteSize: bytes.length, isBinary, isTruncated, text: isBinary ? null : text }
}

export const graphqlOperations: readonly Operation[] = [
  { method: 'POST', path: '/graphql', documentation: 'graphql', resource: 'graphql', answer: answerQuery },
]
