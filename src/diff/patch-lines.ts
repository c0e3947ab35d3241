import { MalformedPatchError } from './malformed-patch-error.ts'

/**
 * The lines of a patch, read one after the other. Only a line feed ends a line, as in git: carriage returns,
 * form feeds, NUL and U+2028 are text. Reading is linear and keeps no copy.
 */
export class PatchLines {
  readonly #text: string
  #next = 0
  #number = 0
  #current: string | undefined

  constructor(text: string) {
    this.#text = text
    this.advance()
  }

  /** The line where the reader stands, without its line feed; undefined after the last one. */
  get current(): string | undefined {
    return this.#current
  }

  /** The line where the reader stands as a header: git writes headers without a carriage return, mailers add one. */
  get header(): string | undefined {
    return this.#current?.endsWith('\r') ? this.#current.slice(0, -1) : this.#current
  }

  advance(): void {
    this.#number++
    if (this.#next >= this.#text.length) {
      this.#current = undefined
      return
    }
    const feed = this.#text.indexOf('\n', this.#next)
    const end = feed === -1 ? this.#text.length : feed
    this.#current = this.#text.slice(this.#next, end)
    this.#next = end + 1
  }

  /** The number of the line where the reader stands, 1-based. */
  get number(): number {
    return this.#number
  }

  /** The error to throw about a line: the one where the reader stands, unless told otherwise. */
  malformed(problem: string, line = this.#number): MalformedPatchError {
    return new MalformedPatchError(line, problem)
  }
}
