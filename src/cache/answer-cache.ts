import type { Brand } from '../base/ids.ts'

/** SHA-256 over everything that shapes an answer, in 64 hexadecimal digits. `answerKey` makes it. */
export type AnswerKey = Brand<string, 'AnswerKey'>

/** The right to ask the model for the answer of one key, while others wait. It ends by itself. */
export interface AnswerLease {
  readonly key: AnswerKey
  readonly token: string
}

/** What came of a look: the answer as it was kept, the right to ask for it, or that somebody else is asking. */
export type Turn =
  | { readonly kind: 'kept'; readonly entry: string }
  | { readonly kind: 'lease'; readonly lease: AnswerLease }
  | { readonly kind: 'taken' }

export interface KeptAnswers {
  readonly entries: number
  /** Of the entries alone, without what their keys and the server around them take. */
  readonly bytes: number
}

/**
 * Answers that were paid for, shared by all processes. It knows keys and opaque entries: who reads one checks it.
 *
 * Nothing here is the truth. An entry may be gone at any time (expired, evicted, wiped), and so may a lease: then the
 * model is asked once more. Failures are errors with a kind; whoever meets one asks the model.
 */
export interface AnswerCache {
  /**
   * The entry, or else a lease of `leaseMs` unless another holds one. There is nothing to wait on: whoever finds it taken
   * looks again later. A holder that dies gives way when its lease ends. Throws a `CacheFullError` where the entry is not
   * there, and no room for a lease either.
   */
  take(key: AnswerKey, leaseMs: number): Promise<Turn>

  /** False when the lease is lost; another may be asking then. */
  extend(lease: AnswerLease, leaseMs: number): Promise<boolean>

  /** Keeps the entry in place of any other, and ends the lease if it still stands. Also when it was lost: equal questions have equal answers. */
  keep(
    lease: AnswerLease,
    entry: string,
    options: { readonly ttlMs: number; readonly repository: string },
  ): Promise<void>

  /** Ends the lease without an answer, so that the next one may ask. Nothing happens when it is lost. */
  giveUp(lease: AnswerLease): Promise<void>

  /** Removes an entry that cannot be read, unless another one has taken its place. */
  remove(key: AnswerKey, entry: string): Promise<void>

  stats(): Promise<KeptAnswers>

  /** Removes the entries that a repository paid for, or all. Returns how many. */
  purge(repository?: string): Promise<number>
}
