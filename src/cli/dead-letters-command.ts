import type { DeadLetters, ExplainedLetter } from '../dead-letters/dead-letters.ts'
import { letterJson } from '../dead-letters/letter-json.ts'
import { createPaint, type Paint } from './paint.ts'
import { showsColors, write, type Terminal } from './terminal.ts'
import { shortened, terminalLine, terminalText } from './terminal-text.ts'

/** Which letters: those of these ids, or every one that there is. */
export type LetterChoice = readonly string[] | 'all'

export type DeadLettersRequest =
  | { readonly kind: 'list'; readonly limit: number; readonly json: boolean }
  | { readonly kind: 'show'; readonly id: string; readonly json: boolean }
  | { readonly kind: 'replay' | 'discard'; readonly which: LetterChoice }

export interface DeadLettersOptions {
  readonly letters: DeadLetters
  readonly terminal: Pick<Terminal, 'stdout' | 'stderr'>
}

/** Letters that are handled at once with `--all`; then the next ones are asked for. */
const BATCH = 500

/** Returns the exit code: 0 when it did what was asked, 1 when there is no dead letter of an id. */
export async function runDeadLetters(
  request: DeadLettersRequest,
  { letters, terminal: { stdout, stderr } }: DeadLettersOptions,
): Promise<0 | 1> {
  const paint = createPaint(showsColors(stdout))
  switch (request.kind) {
    case 'list': {
      const listed = await letters.list(request.limit)
      await write(
        stdout,
        request.json ? jsonLine(listed.map(letterJson)) : listText(listed, request.limit, paint),
      )
      return 0
    }
    case 'show': {
      const letter = await letters.find(request.id)
      if (!letter) {
        await write(stderr, unknownLetter(request.id))
        return 1
      }
      await write(stdout, request.json ? jsonLine(letterJson(letter)) : showText(letter, paint))
      return 0
    }
    case 'replay':
    case 'discard': {
      const unknown: string[] = []
      let done = 0
      for await (const id of idsOf(letters, request.which))
        if (await letters[request.kind](id)) done += 1
        // Of all that there were, another person may have been quicker.
        else if (request.which !== 'all') unknown.push(id)
      const words = request.kind === 'replay' ? 'will be done again' : 'discarded'
      await write(stdout, `${done} ${done === 1 ? 'dead letter' : 'dead letters'} ${words}\n`)
      await write(stderr, unknown.map(unknownLetter).join(''))
      return unknown.length === 0 ? 0 : 1
    }
  }
}

/** What is buried again meanwhile is not taken up twice: else a worker that buries at once would keep this going. */
async function* idsOf(letters: DeadLetters, which: LetterChoice): AsyncIterable<string> {
  if (which !== 'all') {
    yield* new Set(which)
    return
  }
  const seen = new Set<string>()
  for (;;) {
    const next = (await letters.list(BATCH + seen.size)).map(({ id }) => id).filter((id) => !seen.has(id))
    if (next.length === 0) return
    for (const id of next) {
      seen.add(id)
      yield id
    }
  }
}

const REASON_LENGTH = 200

function listText(letters: readonly ExplainedLetter[], limit: number, paint: Paint): string {
  if (letters.length === 0) return 'There are no dead letters.\n'
  const entries = letters.map((letter) =>
    [
      `${paint.bold(terminalLine(letter.id))}  ${terminalLine(subjectOf(letter))}`,
      `  ${paint.red(terminalLine(shortened(letter.reason, REASON_LENGTH)))}`,
      `  ${paint.dim(`${letter.attempts} attempts, given up ${letter.buriedAt.toISOString()}`)}`,
    ].join('\n'),
  )
  const more = letters.length === limit ? `\nThere may be more: --limit ${limit * 10} shows them.\n` : ''
  return `${entries.join('\n')}\n${more}`
}

function showText(letter: ExplainedLetter, paint: Paint): string {
  const { run } = letter
  const lines: readonly (readonly [name: string, value: string])[] = [
    ['about', subjectOf(letter)],
    ...(run ? ([['run', `${run.id}, ${run.state}, head ${run.head}`]] as const) : []),
    ['kind', letter.kind],
    ['payload', JSON.stringify(letter.payload)],
    ['attempts', String(letter.attempts)],
    ['queued', letter.enqueuedAt.toISOString()],
    ['given up', letter.buriedAt.toISOString()],
  ]
  return [
    paint.bold(terminalLine(letter.id)),
    ...lines.map(([name, value]) => `${paint.dim(name.padEnd(9))} ${terminalLine(value)}`),
    paint.dim('cause'),
    ...terminalText(letter.reason)
      .split('\n')
      .map((line) => `  ${paint.red(line)}`),
    `→ ${letter.advice}`,
    `  lorgnette dead-letters replay ${terminalLine(letter.id)}`,
    `  lorgnette dead-letters discard ${terminalLine(letter.id)}`,
    '',
  ].join('\n')
}

function subjectOf({ run, kind }: ExplainedLetter): string {
  return run ? `${run.repository}#${run.pullRequest} ${run.title}` : `a job of kind ${kind}`
}

function unknownLetter(id: string): string {
  return `there is no dead letter ${terminalLine(id)}: lorgnette dead-letters list shows what there is\n`
}

function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}
