import type { ReviewObserver } from '../review/review-change.ts'
import type { Output } from './terminal.ts'
import { shortened, terminalLine } from './terminal-text.ts'

export interface Progress extends ReviewObserver {
  /** Takes the line away. */
  end(): void
}

/** Says on one line of a terminal what is going on; says nothing when the output is none. */
export function showProgress(output: Output): Progress {
  let answers = 0
  const show = (text: string): void => {
    // Back to the first column, and clear the line: it is rewritten in place.
    if (output.isTTY) output.write(`\r\u001B[K${text}`)
  }
  return {
    event: ({ step }) => show(`${terminalLine(step)}…`),
    call: ({ unit, model }) => {
      answers += 1
      const count = answers === 1 ? '1 answer' : `${answers} answers`
      show(shortened(`${count} of ${terminalLine(model)}, last on ${terminalLine(unit)}`, 78))
    },
    end: () => show(''),
  }
}
