import type { IncomingMessage } from 'node:http'

/**
 * `too-large`: more than one body may have. `overloaded`: too much is on its way at once.
 * `cut-off`: the client went away, or was too slow, before the end.
 */
export type ReadBody = Buffer | 'too-large' | 'overloaded' | 'cut-off'

export interface BodyLimits {
  readonly oneBytes: number
  /** Of all bodies that are being read at once: whoever sends has shown no signature yet. */
  readonly allBytes: number
}

/**
 * Reads the bytes of request bodies, within limits. Memory stays flat: a declared length above the limit is refused before
 * a byte is read, and an undeclared one as soon as it is passed. The rest of a refused body is discarded as it comes.
 */
export function createBodyReader(limits: BodyLimits): (request: IncomingMessage) => Promise<ReadBody> {
  let heldBytes = 0
  return (request) =>
    new Promise((resolve) => {
      const chunks: Buffer[] = []
      let length = 0
      const settle = (body: ReadBody): void => {
        request.off('data', onData).off('end', onEnd).off('error', onCutOff).off('close', onCutOff)
        heldBytes -= length
        request.resume()
        resolve(body)
      }
      const onData = (chunk: Buffer): void => {
        chunks.push(chunk)
        length += chunk.length
        heldBytes += chunk.length
        if (length > limits.oneBytes) settle('too-large')
        else if (heldBytes > limits.allBytes) settle('overloaded')
      }
      const onEnd = (): void => settle(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
      const onCutOff = (): void => settle('cut-off')
      if (Number(request.headers['content-length']) > limits.oneBytes) settle('too-large')
      else request.on('data', onData).on('end', onEnd).on('error', onCutOff).on('close', onCutOff)
    })
}
