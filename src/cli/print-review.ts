import { errorMessage, isAbort } from '../base/errors.ts'
import type { Severity } from '../review/finding.ts'
import { formatJson } from './format-json.ts'
import { formatSarif } from './format-sarif.ts'
import { formatText } from './format-text.ts'
import { reviewExit } from './review-exit-code.ts'
import type { Reviewed } from './reviewed.ts'
import { showsColors, write, type Terminal } from './terminal.ts'
import { terminalText } from './terminal-text.ts'

/** How a review is shown, and what it may not hold. */
export interface PrintRequest {
  readonly format: 'text' | 'json' | 'sarif'
  readonly failOn?: Severity
  /** False when somebody asked for no colours. */
  readonly color: boolean
}

interface PrintContext {
  readonly terminal: Terminal
  /** Our own version. */
  readonly version: string
}

/** Prints a review, and the reason when it is none, and returns the exit code. */
export async function printReview(
  reviewed: Reviewed,
  request: PrintRequest,
  context: PrintContext,
): Promise<0 | 1 | 2> {
  await write(context.terminal.stdout, format(reviewed, request, context))
  const exit = reviewExit(reviewed, request.failOn)
  if (exit.code === 2)
    await write(context.terminal.stderr, `could not review: ${terminalText(exit.reason)}\n`)
  return exit.code
}

/** Says on the standard error why there is no review. */
export async function sayWhyNot({ stderr }: Terminal, error: unknown): Promise<void> {
  const reason = isAbort(error) ? 'it was interrupted' : terminalText(errorMessage(error))
  await write(stderr, `could not review: ${reason}\n`)
}

function format(reviewed: Reviewed, request: PrintRequest, { terminal, version }: PrintContext): string {
  switch (request.format) {
    case 'text':
      return formatText(reviewed, { color: request.color && showsColors(terminal.stdout) })
    case 'json':
      return formatJson(reviewed)
    case 'sarif':
      return formatSarif(reviewed, version)
  }
}
