import type { DriverFailure } from './database-error.ts'

/** What the program asks the thread of PGlite. Each is answered once, in order. */
export type ThreadCommand =
  | {
      readonly kind: 'run'
      readonly name: string
      readonly text: string
      readonly values: readonly (string | null)[]
    }
  | { readonly kind: 'script'; readonly text: string }
  | { readonly kind: 'close' }

export type ThreadMessage =
  | { readonly kind: 'opened' }
  | { readonly kind: 'done'; readonly rows: object[] }
  | { readonly kind: 'failed'; readonly failure: DriverFailure }
  | { readonly kind: 'notified'; readonly channel: string; readonly payload: string }
