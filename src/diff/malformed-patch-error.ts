import { PermanentError } from '../base/errors.ts'

/** A patch that git would not have written, or that was cut off. Its message names the line, never the text on it. */
export class MalformedPatchError extends PermanentError {
  override name = 'MalformedPatchError'
  /** 1-based, within the text that was given. */
  readonly line: number

  constructor(line: number, problem: string) {
    super(`line ${line} of the patch: ${problem}`)
    this.line = line
  }
}
