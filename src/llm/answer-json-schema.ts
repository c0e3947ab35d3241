import { z } from 'zod'
import { PermanentError } from '../base/errors.ts'
import type { AnswerSchema } from './model.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * The schema of an answer in the small part of JSON Schema that every provider accepts, strict modes included:
 * objects are closed and all their fields required; limits on lengths and numbers are left out (say them in words).
 * Throws a permanent error for a schema that cannot be said so.
 * Source: OpenAI, "Structured outputs", "Supported schemas"; Anthropic, "Structured outputs", "JSON Schema limitations".
 */
export function answerJsonSchema({ name, schema }: AnswerSchema): JsonSchema {
  const written = toJsonSchema(name, schema)
  if (written['type'] !== 'object') throw new PermanentError(`the answer schema ${name} must be an object`)
  return reduce(written, name)
}

function toJsonSchema(name: string, schema: z.ZodType): JsonSchema {
  try {
    return { ...z.toJSONSchema(schema, { io: 'output', reused: 'inline' }) }
  } catch (error) {
    throw new PermanentError(`the answer schema ${name} cannot be said in JSON Schema`, { cause: error })
  }
}

/** Keywords that change the meaning of a schema if they are left out. */
const UNSAYABLE = ['allOf', 'not', 'prefixItems', 'propertyNames', 'patternProperties']

function reduce(schema: JsonSchema, place: string): JsonSchema {
  const unsayable = UNSAYABLE.find((keyword) => keyword in schema)
  if (unsayable)
    throw new PermanentError(`${place} of an answer schema needs ${unsayable}, which providers refuse`)
  const { type, description, enum: options, const: only, $ref, properties, items, $defs } = schema
  const union = schema['anyOf'] ?? schema['oneOf']
  return {
    ...defined({ type, description, enum: options, const: only, $ref }),
    ...(isRecord(items) && { items: reduce(items, `${place}[]`) }),
    ...(Array.isArray(union) && { anyOf: union.filter(isRecord).map((option) => reduce(option, place)) }),
    ...(isRecord($defs) && { $defs: reduceAll($defs, place) }),
    ...(isRecord(properties) && {
      properties: reduceAll(properties, place),
      required: allRequired(schema, Object.keys(properties), place),
      additionalProperties: false,
    }),
  }
}

function allRequired(schema: JsonSchema, fields: readonly string[], place: string): readonly string[] {
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : []
  const optional = fields.find((field) => !required.includes(field))
  if (optional === undefined) return fields
  throw new PermanentError(`${place}.${optional} of an answer schema is optional: make it nullable instead`)
}

function reduceAll(schemas: JsonSchema, place: string): JsonSchema {
  return Object.fromEntries(
    Object.entries(schemas).flatMap(([name, schema]) =>
      isRecord(schema) ? [[name, reduce(schema, `${place}.${name}`)]] : [],
    ),
  )
}

function defined(members: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

function isRecord(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
