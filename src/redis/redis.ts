import { createHash } from 'node:crypto'

/** A Lua script, which Redis runs as one step: all of it happens, or none of it. */
export interface Script {
  /** For error messages. */
  readonly name: string
  readonly text: string
  /** The name by which Redis keeps it. */
  readonly sha1: string
}

export function script(name: string, text: string): Script {
  return { name, text, sha1: createHash('sha1').update(text).digest('hex') }
}

/**
 * Redis (7 or newer) as the rest of the program sees it. Replies are what RESP 2 says: strings, numbers, null and
 * lists of them. Every call ends within two seconds. Failures are errors with a kind: retryable when Redis is away,
 * mute, full, starting or a replica; else permanent.
 */
export interface Redis {
  send(command: readonly string[]): Promise<unknown>

  /** Runs a script by its name; Redis is told its text only when it does not know it (any more). */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>

  /** A connection of its own, connected when first used, for commands that wait on the server. */
  openReader(): BlockingReader

  /** Disconnects, readers excepted: who opens closes. Safe to call twice. */
  close(): Promise<void>
}

/** One command at a time. */
export interface BlockingReader {
  /**
   * Sends a command that blocks for at most `blockMs`. An abort ends the wait on the server too, so that nothing is
   * handed out after it: the reply is then null, or what was handed out just before.
   */
  read(command: readonly string[], blockMs: number, signal: AbortSignal): Promise<unknown>

  /** Disconnects. To be called when no read is under way. */
  close(): Promise<void>
}
