import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Document } from 'openapi-backend'
import { packageRoot } from '../../../src/base/package-root.ts'

/** A part of the description: a schema, an operation, anything. */
export type Part = Readonly<Record<string, unknown>>

export const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What GitHub answers and its description does not say: these are null for a comment on a file and for an outdated
 * one, and `repo` is null once a fork was deleted.
 */
const alsoNull = [
  '/components/schemas/pull-request-review-comment/properties/line',
  '/components/schemas/pull-request-review-comment/properties/original_line',
  '/components/schemas/pull-request-review-comment/properties/position',
  '/components/schemas/pull-request/properties/head/properties/repo',
  '/components/schemas/pull-request-simple/properties/head/properties/repo',
]

/** GitHub's description, cut, with the deliveries as operations of their own: `POST /deliveries/pull-request-opened`. */
export async function readDescription(): Promise<Document> {
  const file = path.join(packageRoot, 'emulators/github/openapi/api.github.com.cut.json')
  const description = JSON.parse(await readFile(file, 'utf8')) as Part // made by cut.ts
  correct(description)
  const deliveries = isPart(description['x-webhooks']) ? Object.entries(description['x-webhooks']) : []
  const paths = isPart(description['paths']) ? description['paths'] : {}
  const whole = {
    ...description,
    paths: {
      ...paths,
      ...Object.fromEntries(deliveries.map(([name, item]) => [`/deliveries/${name}`, item])),
    },
  }
  return allowNulls(whole, '') as Document // the same document with wider schemas
}

/** The list of installations says that an account is a user and an enterprise at once; one installation says it right. */
function correct(description: Part): void {
  const schema = [
    'paths',
    '/app/installations',
    'get',
    'responses',
    '200',
    'content',
    'application/json',
    'schema',
  ]
  const list = schema.reduce<unknown>((part, name) => (isPart(part) ? part[name] : undefined), description)
  if (isPart(list)) Object.assign(list, { items: { $ref: '#/components/schemas/installation' } })
}

/** With the nulls that GitHub really sends, all in a form that a validator of JSON Schema takes. */
function allowNulls(node: unknown, at: string): unknown {
  if (Array.isArray(node)) return node.map((item, index) => allowNulls(item, `${at}/${index}`))
  if (!isPart(node)) return node
  const entries = Object.entries(node).map(([name, value]) => [name, allowNulls(value, `${at}/${name}`)])
  const { nullable, ...schema } = Object.fromEntries(entries) as Record<string, unknown> // entries of names
  const orNull = nullable === true || alsoNull.includes(at)
  return orNull
    ? { anyOf: [schema, { enum: [null] }] }
    : { ...schema, ...(nullable === undefined ? {} : { nullable }) }
}
