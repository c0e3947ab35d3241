/** Cuts a stream of bytes into frames. `lengthOf` tells how long the first one is; undefined while it is not whole. */
export function createFramer(lengthOf: (bytes: Buffer) => number | undefined): (chunk: Buffer) => Buffer[] {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const frames: Buffer[] = []
    for (;;) {
      const length = rest.length === 0 ? undefined : lengthOf(rest)
      if (length === undefined) return frames
      frames.push(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
  }
}

/** What a client sent: bytes to pass on, and what they mean. */
export interface Sent {
  readonly bytes: Buffer
  /** The name of the call that begins with them. */
  readonly begins?: string
  /** The names of calls that one reply will answer, when the server owes a reply from here on. */
  readonly asks?: readonly string[]
}

/** What a server sent back. */
export interface Replied {
  readonly bytes: Buffer
  /** Whether these are the last bytes of a reply. */
  readonly ends: boolean
}

/** One connection, as someone who listens in understands it. */
export interface Conversation {
  sent(chunk: Buffer): readonly Sent[]
  replied(chunk: Buffer): readonly Replied[]
}
