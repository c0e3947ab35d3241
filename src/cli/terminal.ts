import type { Readable, Writable } from 'node:stream'

/** Where a command reads and writes: the process itself, or streams of a test. */
export interface Terminal {
  readonly stdin: Readable
  readonly stdout: Output
  readonly stderr: Output
}

export interface Output extends Writable {
  readonly isTTY?: boolean
  /** Knows of NO_COLOR, FORCE_COLOR and dumb terminals. Only terminals have it. */
  hasColors?(): boolean
}

/** Whether colours are shown there: only on a terminal that has some, and that nobody asked to have none. */
export function showsColors(output: Output): boolean {
  return output.isTTY === true && output.hasColors?.() === true
}

/** Writes a text to its end. A reader that went away, as `head` does, is no error: nobody wants the rest. */
export async function write(output: Output, text: string): Promise<void> {
  // The stream emits the error that the callback gets, too; without a listener it would end the process.
  if (output.listenerCount('error', ignore) === 0) output.on('error', ignore)
  await new Promise<void>((resolve, reject) => {
    output.write(text, (error) => {
      if (!error || isClosed(error)) resolve()
      else reject(error)
    })
  })
}

function ignore(): void {}

function isClosed(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED')
}
