import type { Answer } from './answer.ts'

/** The right to make calls: what goes into the `authorization` header. */
export interface Authorization {
  header(signal: AbortSignal): Promise<string>
  /** GitHub answered 401 to this header. Tells whether another one can be had: nothing was done, so once more is right. */
  refused(header: string, answer: Answer): boolean
}
