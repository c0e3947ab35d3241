import { randomUUID } from 'node:crypto'

/** A value of type `T` that was checked where it was made, and cannot be mistaken for another `T`. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name }

/** Makes ids; an argument wherever ids are made, so that tests can name them. */
export type IdSource = () => string

export const randomIds: IdSource = () => randomUUID()

/** Ids that sort in the order in which they were made, the same every time. */
export function countingIds(): IdSource {
  let made = 0
  return () => String(++made).padStart(9, '0')
}

/** Whether a text from outside may be looked up as an id: PostgreSQL takes no NUL, and no id is empty. */
export function canBeId(text: string): boolean {
  return text !== '' && !text.includes('\0')
}
