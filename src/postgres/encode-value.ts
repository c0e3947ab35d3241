import { PermanentError } from '../base/errors.ts'
import type { SqlValue } from './database.ts'

/**
 * A value in PostgreSQL's text form, or null. Both adapters send nothing else, so that a value means the same on
 * a server and on PGlite, and a Date never depends on the time zone of the process.
 */
export function encodeValue(value: SqlValue): string | null {
  if (value === null) return null
  if (typeof value === 'object' && !(value instanceof Date)) return encodeArray(value)
  return encodeScalar(value)
}

function encodeScalar(value: string | number | boolean | Date): string {
  if (typeof value === 'string') return value
  if (value instanceof Date) return encodeDate(value)
  return String(value)
}

function encodeDate(value: Date): string {
  if (Number.isNaN(value.getTime())) throw new PermanentError('an invalid Date cannot be stored')
  return value.toISOString()
}

/** Every element is quoted, so that no comma, brace, white space or the word NULL inside one has a meaning. */
function encodeArray(values: readonly (string | number | boolean | Date | null)[]): string {
  const elements = values.map((value) =>
    value === null ? 'NULL' : `"${encodeScalar(value).replace(/["\\]/g, '\\$&')}"`,
  )
  return `{${elements.join(',')}}`
}
