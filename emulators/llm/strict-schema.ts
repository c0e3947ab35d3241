const KEYWORDS = new Set([
  '$schema',
  '$ref',
  '$defs',
  'definitions',
  'title',
  'description',
  'type',
  'enum',
  'const',
  'anyOf',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'pattern',
  'format',
  'multipleOf',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minItems',
  'maxItems',
])

/**
 * Why OpenAI would refuse a schema with `strict: true`; undefined when it would take it.
 * Source: OpenAI, "Structured outputs", "Supported schemas".
 */
export function strictSchemaFault(schema: unknown): string | undefined {
  if (!isRecord(schema) || schema['type'] !== 'object') return 'schema must be of type "object" at the root'
  return faultIn(schema, [])
}

function faultIn(schema: unknown, context: readonly string[]): string | undefined {
  const where = `In context=(${context.map((step) => `'${step}'`).join(', ')}),`
  if (!isRecord(schema)) return `${where} schema must be an object`
  const unknown = Object.keys(schema).find((keyword) => !KEYWORDS.has(keyword))
  if (unknown !== undefined) return `${where} '${unknown}' is not permitted`
  if (schema['type'] === 'object') {
    if (schema['additionalProperties'] !== false)
      return `${where} 'additionalProperties' is required to be supplied and to be false`
    const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : []
    const missing = Object.keys(properties(schema)).find((name) => !required.includes(name))
    if (missing !== undefined)
      return `${where} 'required' is required to be supplied and to include every key in properties. Missing '${missing}'`
  }
  const children: [string, unknown][] = [
    ...Object.entries(properties(schema)),
    ...Object.entries(isRecord(schema['$defs']) ? schema['$defs'] : {}),
    ...(schema['items'] === undefined ? [] : [['items', schema['items']] satisfies [string, unknown]]),
    ...(Array.isArray(schema['anyOf'])
      ? schema['anyOf'].map((option: unknown, index): [string, unknown] => [`anyOf ${index}`, option])
      : []),
  ]
  for (const [name, child] of children) {
    const fault = faultIn(child, [...context, name])
    if (fault !== undefined) return fault
  }
  return undefined
}

function properties(schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return isRecord(schema['properties']) ? schema['properties'] : {}
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
