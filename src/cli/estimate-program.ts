import { Command, Option } from 'commander'
import type { EstimateRequest } from './estimate-command.ts'

interface EstimateOptions {
  readonly base?: string
  readonly head?: string
  readonly repo?: string
  readonly diff?: string
  readonly json: boolean
  readonly envFile?: string
}

/** Settings and examples are the same for every command: the program adds them. */
export interface EstimateCommandParts {
  readonly withSettings: (command: Command) => Command
  readonly examples: (lines: readonly string[]) => string
  readonly run: (request: EstimateRequest, settings: { readonly envFile?: string }) => Promise<void>
}

/** `lorgnette estimate`: the range options are those of `review`. */
export function estimateCommand({ withSettings, examples, run }: EstimateCommandParts): Command {
  const command = new Command('estimate')
    .description('Say what a review of the current branch, or of a patch, would cost. Asks no model.')
    .option('--base <commit>', 'what to compare with (default: the default branch)')
    .option('--head <commit>', 'what to review (default: HEAD; uncommitted changes are not read)')
    .option('--repo <dir>', 'the git repository (default: the current folder)')
    .addOption(
      new Option('--diff <file>', 'a patch file; - reads it from the standard input').conflicts([
        'base',
        'head',
        'repo',
      ]),
    )
    .option('--json', 'print one JSON object', false)
    .addHelpText('after', examples(['lorgnette estimate --base main']))
  return withSettings(command).action(({ base, head, repo, diff, json, ...settings }: EstimateOptions) => {
    const range = { ...(base !== undefined && { base }), ...(head !== undefined && { head }) }
    const source: EstimateRequest['source'] =
      diff === undefined ? { kind: 'local', folder: repo ?? '.', ...range } : { kind: 'patch', file: diff }
    return run({ source, json }, settings)
  })
}
