import { isPart } from './description.ts'

/**
 * Paths of the properties of `value` that its (dereferenced) schema does not name. GitHub's schemas allow any property,
 * so that a misspelt one passes every validation; this finds it.
 */
export function unknownProperties(schema: unknown, value: unknown, at = ''): string[] {
  if (!isPart(schema)) return []
  if (Array.isArray(value))
    return value.flatMap((item, index) => unknownProperties(schema['items'], item, `${at}/${index}`))
  if (!isPart(value)) return []
  const known = propertiesOf(schema)
  // A schema without properties, or with a schema for the others, takes any.
  if (known.size === 0 || isPart(schema['additionalProperties'])) return []
  return Object.entries(value).flatMap(([name, member]) =>
    known.has(name) ? unknownProperties(known.get(name), member, `${at}/${name}`) : [`${at}/${name}`],
  )
}

/** Every property that the schema or one of its alternatives names. */
function propertiesOf(schema: unknown): Map<string, unknown> {
  if (!isPart(schema)) return new Map()
  const own = isPart(schema['properties']) ? Object.entries(schema['properties']) : []
  const alternatives = ['oneOf', 'anyOf', 'allOf'].flatMap((kind) => {
    const branches = schema[kind]
    return Array.isArray(branches) ? branches.flatMap((branch: unknown) => [...propertiesOf(branch)]) : []
  })
  return new Map([...alternatives, ...own])
}
