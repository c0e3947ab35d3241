export interface Closable {
  close(): Promise<void>
}

/** Remembers what was opened, to close it in reverse order. */
export interface Closer extends Closable {
  /** Returns what it was given. */
  add<Opened extends Closable>(opened: Opened): Opened
}

/** What cannot be closed is told to `onError`, and stops nothing else from being closed. Closing twice is closing once. */
export function createCloser(onError: (error: unknown) => void): Closer {
  const opened: Closable[] = []
  let closing: Promise<void> | undefined
  return {
    add: (closable) => {
      opened.push(closable)
      return closable
    },
    close: () => (closing ??= closeAll()),
  }

  async function closeAll(): Promise<void> {
    for (const closable of opened.toReversed()) {
      try {
        await closable.close()
      } catch (error) {
        onError(error)
      }
    }
  }
}
