import { createHash } from 'node:crypto'

/** A text between two lines that it cannot hold, for they are made from it: nothing in it can end it. */
export function fencedByBoundary(body: string): string {
  const boundary = `=====${createHash('sha256').update(body).digest('hex').slice(0, 16)}=====`
  return `${boundary}\n${body}\n${boundary}`
}
