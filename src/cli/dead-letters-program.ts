import { Command, InvalidArgumentError } from 'commander'
import type { DeadLettersRequest, LetterChoice } from './dead-letters-command.ts'

interface Settings {
  readonly envFile?: string
}

/** Settings and examples are the same for every command: the program adds them. */
export interface CommandParts {
  readonly withSettings: (command: Command) => Command
  readonly examples: (lines: readonly string[]) => string
  readonly run: (request: DeadLettersRequest, settings: Settings) => Promise<void>
}

/** `lorgnette dead-letters`, with a command for each thing that can be done. */
export function deadLettersCommand({ withSettings, examples, run }: CommandParts): Command {
  const group = new Command('dead-letters')
    .description('List, show, replay or discard work that was given up.')
    .addHelpText('after', exitCodes)
    .addHelpText(
      'after',
      examples([
        'lorgnette dead-letters list',
        'lorgnette dead-letters show ID',
        'lorgnette dead-letters replay --all',
      ]),
    )

  const list = group
    .command('list')
    .description('List what was given up, newest first.')
    .option('--limit <n>', 'at most so many', readLimit, 50)
    .option('--json', 'print one JSON array', false)
  withSettings(list).action(({ limit, json, ...settings }: Settings & { limit: number; json: boolean }) =>
    run({ kind: 'list', limit, json }, settings),
  )

  const show = group
    .command('show')
    .description('Show one with its whole cause, and what to do about it.')
    .argument('<id>', 'as the list shows it')
    .option('--json', 'print one JSON object', false)
  withSettings(show).action((id: string, { json, ...settings }: Settings & { json: boolean }) =>
    run({ kind: 'show', id, json }, settings),
  )

  const replay = group
    .command('replay')
    .description('Have the work done again, from its first attempt.')
    .argument('[ids...]', 'as the list shows them')
    .option('--all', 'every one that there is', false)
  withSettings(replay).action((ids: string[], { all, ...settings }: Settings & { all: boolean }) =>
    run({ kind: 'replay', which: choose(replay, ids, all) }, settings),
  )

  const discard = group
    .command('discard')
    .description('Forget the work. It cannot be brought back.')
    .argument('[ids...]', 'as the list shows them')
    .option('--all', 'every one that there is; needs --yes', false)
    .option('--yes', 'with --all: yes, every one', false)
  withSettings(discard).action(
    (ids: string[], { all, yes, ...settings }: Settings & { all: boolean; yes: boolean }) => {
      const which = choose(discard, ids, all)
      if (which === 'all' && !yes)
        discard.error("error: option '--all' needs '--yes': what is discarded cannot be brought back")
      return run({ kind: 'discard', which }, settings)
    },
  )
  return group
}

const exitCodes = '\nExit codes: 0 done, 1 there is no dead letter of that id, or the store or queue is away.'

function choose(command: Command, ids: readonly string[], all: boolean): LetterChoice {
  if (all && ids.length > 0) command.error("error: option '--all' cannot be used with ids")
  if (!all && ids.length === 0) command.error("error: name the ids of dead letters, or '--all'")
  return all ? 'all' : ids
}

function readLimit(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 to 9999.')
  return Number(text)
}
