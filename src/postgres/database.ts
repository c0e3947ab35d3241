/** What a statement takes as `$1`, `$2`, …: arrays for `unnest` and `= any`, objects as JSON text with `::jsonb`. */
export type SqlValue =
  | string
  | number
  | boolean
  | Date
  | null
  | readonly (string | number | boolean | Date | null)[]

/** A named SQL statement and the type of its rows. The name is the prepared statement's name: unique in the program. */
export interface Statement<Row extends object> {
  readonly name: string
  readonly text: string
  /** Never set: it carries the row type. */
  readonly row?: Row
}

export function statement<Row extends object>(name: string, text: string): Statement<Row> {
  return { name, text }
}

export interface Queryable {
  /**
   * Runs one statement and returns its rows (of `RETURNING` too; empty without).
   * `int8` arrives as a number, `timestamptz` as a Date, `jsonb` parsed. Failures are errors with a kind:
   * retryable when the server is away, overloaded, or broke a tie (deadlock, serialization); else permanent.
   */
  run<Row extends object>(statement: Statement<Row>, ...values: readonly SqlValue[]): Promise<Row[]>

  /** Runs several statements without parameters in one go, with no limit on their time: for migrations. */
  script(text: string): Promise<void>
}

/**
 * PostgreSQL as the rest of the program sees it, whether it is a server or PGlite in a folder.
 * Embedded there is one connection: a transaction holds everyone off, so nothing but SQL is awaited inside one.
 */
export interface Database extends Queryable {
  readonly kind: 'postgres' | 'pglite'

  /** Commits when `work` returns, rolls back and rethrows when it throws. */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>

  /**
   * Calls `onNotification` for each NOTIFY on the channel, also after a lost connection came back
   * (what was notified in between is lost: poll as well). Resolves once it listens; the result ends it.
   */
  listen(channel: string, onNotification: (payload: string) => void): Promise<() => Promise<void>>

  /**
   * Takes a name that one process among all on this database has at a time; undefined when another one has it. It is let
   * go when its holder dies, loses its connection, or says nothing (`isHeld`) for `silentMs`, as a frozen one does.
   */
  hold(name: string, silentMs: number): Promise<HeldName | undefined>

  /** Waits for statements under way, then disconnects. Safe to call twice. */
  close(): Promise<void>
}

/** A name that this process has, until it was lost or is released. */
export interface HeldName {
  /** Asks the server, and tells it that we are there. Once false, it stays false. */
  isHeld(): Promise<boolean>
  release(): Promise<void>
}
