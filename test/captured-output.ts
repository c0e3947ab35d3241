import { Writable } from 'node:stream'

/** A stream that keeps what is written to it, and may pass for a terminal. */
export class CapturedOutput extends Writable {
  readonly isTTY: boolean
  #text = ''

  constructor({ isTTY = false }: { readonly isTTY?: boolean } = {}) {
    super()
    this.isTTY = isTTY
  }

  get text(): string {
    return this.#text
  }

  hasColors(): boolean {
    return this.isTTY
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#text += chunk.toString()
    done()
  }
}
