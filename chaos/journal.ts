/** What the gates saw pass, in milliseconds since the harness began. */
export type Noted =
  /** Our system answered a delivery with 2xx: from now on it knows this head, or that the pull request is closed. */
  | {
      readonly kind: 'told'
      readonly at: number
      readonly number: number
      readonly head: string
      readonly open: boolean
    }
  /** GitHub answered a process that read the pull request. */
  | {
      readonly kind: 'read'
      readonly at: number
      readonly number: number
      readonly head: string
      readonly open: boolean
    }
  /** A process began to write something new on this head. */
  | {
      readonly kind: 'wrote'
      readonly at: number
      readonly what: 'review' | 'check run'
      readonly head: string
    }

/** By repository, because every run has its own. */
export interface Journal {
  note(repository: string, noted: Noted): void
  of(repository: string): readonly Noted[]
}

export function createJournal(): Journal {
  const entries = new Map<string, Noted[]>()
  return {
    note: (repository, noted) => {
      const known = entries.get(repository) ?? []
      known.push(noted)
      entries.set(repository, known)
    },
    of: (repository) => entries.get(repository) ?? [],
  }
}
