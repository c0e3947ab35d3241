import { Command, InvalidArgumentError } from 'commander'
import { MAX_DAYS } from '../budget/spending-record.ts'
import type { CacheRequest } from './cache-command.ts'

interface Settings {
  readonly envFile?: string
}

/** Settings and examples are the same for every command: the program adds them. */
export interface CacheCommandParts {
  readonly withSettings: (command: Command) => Command
  readonly examples: (lines: readonly string[]) => string
  readonly run: (request: CacheRequest, settings: Settings) => Promise<void>
}

/** `lorgnette cache`, with a command for each thing that can be done. */
export function cacheCommand({ withSettings, examples, run }: CacheCommandParts): Command {
  const group = new Command('cache')
    .description('Say what the cache saved, why a run paid, or empty it.')
    .addHelpText('after', '\nExit codes: 0 done, 1 there is no such run, or the store or cache is away.')
    .addHelpText(
      'after',
      examples(['lorgnette cache stats', 'lorgnette cache explain RUN', 'lorgnette cache purge --all --yes']),
    )

  const stats = group
    .command('stats')
    .description('Say what is kept, and what was paid and saved: in all, by repository, by day.')
    .option('--days <n>', 'of so many days, today included', readDays, 30)
    .option('--json', 'print one JSON object', false)
  withSettings(stats).action(({ days, json, ...settings }: Settings & { days: number; json: boolean }) =>
    run({ kind: 'stats', days, json }, settings),
  )

  const explain = group
    .command('explain')
    .description(
      'Say for each question of a run whether it was paid, and what had changed since the last answer.',
    )
    .argument('<run>', 'its id, as its page and /api/runs show it')
    .option('--json', 'print one JSON object', false)
  withSettings(explain).action((id: string, { json, ...settings }: Settings & { json: boolean }) =>
    run({ kind: 'explain', run: id, json }, settings),
  )

  const purge = group
    .command('purge')
    .description('Remove answers that are kept. They are paid again when they are asked for again.')
    .option('--repository <owner/name>', 'those that this repository paid for')
    .option('--all', 'all of them', false)
    .option('--yes', 'yes, remove them', false)
  withSettings(purge).action(
    ({
      repository,
      all,
      yes,
      ...settings
    }: Settings & { repository?: string; all: boolean; yes: boolean }) => {
      if (all === (repository !== undefined)) purge.error("error: name a '--repository', or '--all'")
      if (!yes) purge.error("error: 'purge' needs '--yes': what is removed has to be paid again")
      return run({ kind: 'purge', ...(repository !== undefined && { repository }) }, settings)
    },
  )
  return group
}

function readDays(text: string): number {
  const days = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : Infinity
  if (days > MAX_DAYS) throw new InvalidArgumentError(`Expected a number from 1 to ${MAX_DAYS}.`)
  return days
}
