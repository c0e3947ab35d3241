import { expect, test } from 'vitest'
import { z } from 'zod'
import { strictSchemaFault } from '../../emulators/llm/strict-schema.ts'
import { PermanentError } from '../base/errors.ts'
import { answerJsonSchema } from './answer-json-schema.ts'

const said = (schema: z.ZodType) => answerJsonSchema({ name: 'answer', description: '', schema })

test('a schema is said with what every provider accepts, and keeps its fields, choices and descriptions', () => {
  const schema = z.object({
    findings: z
      .array(
        z.object({
          title: z.string().min(1).max(200).describe('One line.'),
          severity: z.enum(['high', 'low']),
          confidence: z.number().min(0).max(1).default(0.5),
          line: z.int().positive(),
          replacement: z.string().nullable(),
          place: z.discriminatedUnion('kind', [
            z.object({ kind: z.literal('file') }),
            z.object({ kind: z.literal('line'), tag: z.string().regex(/^[a-z]+$/) }),
          ]),
        }),
      )
      .max(50),
  })
  const text = { type: 'string' }
  const closed = (properties: object) => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  })
  expect(said(schema)).toEqual(
    closed({
      findings: {
        type: 'array',
        items: closed({
          title: { type: 'string', description: 'One line.' },
          severity: { type: 'string', enum: ['high', 'low'] },
          confidence: { type: 'number' },
          line: { type: 'integer' },
          replacement: { type: ['string', 'null'] },
          place: {
            anyOf: [
              closed({ kind: { type: 'string', const: 'file' } }),
              closed({ kind: { type: 'string', const: 'line' }, tag: text }),
            ],
          },
        }),
      },
    }),
  )
  expect(strictSchemaFault(said(schema))).toBeUndefined()
})

test('fields that are called like keywords stay fields', () => {
  const { properties, required } = said(
    z.object({ default: z.string(), minLength: z.number(), required: z.boolean() }),
  )
  expect(Object.keys(z.record(z.string(), z.unknown()).parse(properties))).toEqual(required)
  expect(required).toEqual(['default', 'minLength', 'required'])
})

test('what may be null is said in a form that strict modes take', () => {
  const schema = said(z.object({ place: z.object({ path: z.string() }).nullable() }))
  expect(strictSchemaFault(schema)).toBeUndefined()
  expect(JSON.stringify(schema)).toContain('"null"')
})

test('a loose object is closed for the provider', () => {
  expect(said(z.looseObject({ ok: z.boolean() }))).toMatchObject({ additionalProperties: false })
})

test('an object that contains itself is said by reference', () => {
  const node = z.object({
    name: z.string(),
    get children() {
      return z.array(node)
    },
  })
  const schema = said(z.object({ tree: node }))
  expect(strictSchemaFault(schema)).toBeUndefined()
  expect(JSON.stringify(schema)).toContain('"$ref"')
})

test.each([
  ['an optional field', z.object({ a: z.object({ b: z.string().optional() }) }), 'answer.a.b'],
  ['a list at the root', z.array(z.string()), 'must be an object'],
  ['a record', z.object({ a: z.record(z.string(), z.string()) }), 'answer.a'],
  ['a tuple', z.object({ a: z.tuple([z.string(), z.number()]) }), 'answer.a'],
  ['a transformation', z.object({ a: z.string().transform((text) => text.length) }), 'cannot be said'],
])('%s is refused before anything is sent', (_what, schema, message) => {
  expect(() => said(schema)).toThrow(PermanentError)
  expect(() => said(schema)).toThrow(message)
})
