import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { errorMessage, isAbort } from '../base/errors.ts'
import { severity } from '../review/finding.ts'
import type { CacheRequest } from './cache-command.ts'
import { cacheCommand } from './cache-program.ts'
import type { DeadLettersRequest } from './dead-letters-command.ts'
import { deadLettersCommand } from './dead-letters-program.ts'
import { parsePullRequestName, type PullRequestName } from './pull-request-name.ts'
import type { EstimateRequest } from './estimate-command.ts'
import { estimateCommand } from './estimate-program.ts'
import { addEvalCommands, type EvalCommands } from './eval-options.ts'
import type { PrintRequest } from './print-review.ts'
import type { ReplayRequest } from './replay-command.ts'
import type { ReviewRequest } from './review-command.ts'
import { write, type Terminal } from './terminal.ts'
import { terminalText } from './terminal-text.ts'

/** A file with settings that a person named. */
export interface SettingsOption {
  readonly envFile?: string
}

/** What each command does. All return the exit code of the process. */
export interface Commands extends EvalCommands {
  readonly start: (options: SettingsOption) => Promise<number>
  readonly serve: (options: SettingsOption) => Promise<number>
  readonly work: (options: SettingsOption) => Promise<number>
  readonly migrate: (options: SettingsOption) => Promise<number>
  readonly review: (request: ReviewRequest, options: SettingsOption) => Promise<number>
  readonly estimate: (request: EstimateRequest, options: SettingsOption) => Promise<number>
  readonly replay: (request: ReplayRequest) => Promise<number>
  readonly doctor: (options: SettingsOption & { readonly json: boolean }) => Promise<number>
  readonly cache: (request: CacheRequest, options: SettingsOption) => Promise<number>
  readonly deadLetters: (request: DeadLettersRequest, options: SettingsOption) => Promise<number>
  readonly demo: (args: readonly string[]) => Promise<number>
}

export interface ProgramOptions {
  readonly version: string
  readonly terminal: Pick<Terminal, 'stdout' | 'stderr'>
}

const usageError = 2

/**
 * Runs what the command line asks for (without the names of node and program) and returns the exit code: that of the
 * command, 2 for a command line that cannot be understood, 1 when the command failed.
 */
export async function runProgram(
  args: readonly string[],
  commands: Commands,
  { version, terminal }: ProgramOptions,
): Promise<number> {
  let exitCode = 0
  const output: string[] = []
  const errors: string[] = []
  const program = createProgram(commands, version, (code) => {
    exitCode = code
  })
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => output.push(text),
      writeErr: (text) => errors.push(text),
    })
  }
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    // Commander throws to end, also after the help that somebody asked for. It has said everything.
    if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? 0 : usageError
    else {
      exitCode = 1
      if (!isAbort(error)) errors.push(`${errorMessage(error)}\n`)
    }
  }
  await write(terminal.stdout, output.join(''))
  await write(terminal.stderr, terminalText(errors.join('')))
  return exitCode
}

function createProgram(commands: Commands, version: string, exit: (code: number) => void): Command {
  const program = new Command('lorgnette')
    .description('A review agent for GitHub pull requests that anyone can run.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .enablePositionalOptions()
    .showHelpAfterError('(lorgnette --help says more)')
    .addHelpText('after', examples(['lorgnette review', 'lorgnette doctor', 'lorgnette start']))

  addServerCommands(program, commands, exit)
  addReviewCommand(program, commands, exit)
  program.addCommand(
    estimateCommand({
      withSettings,
      examples,
      run: async (request, options) => exit(await commands.estimate(request, options)),
    }),
  )
  addReplayCommand(program, commands, exit)
  addEvalCommands(program, commands, exit)
  withSettings(
    program
      .command('doctor')
      .description(
        'Check settings, store, queue, GitHub and model one by one, and say how to mend what is wrong.',
      )
      .option('--json', 'print one JSON object', false)
      .addHelpText('after', '\nExit codes: 0 all is well, 1 something is wrong.'),
  ).action(async (options: SettingsOption & { json: boolean }) => exit(await commands.doctor(options)))
  program.addCommand(
    cacheCommand({
      withSettings,
      examples,
      run: async (request, options) => exit(await commands.cache(request, options)),
    }),
  )
  program.addCommand(
    deadLettersCommand({
      withSettings,
      examples,
      run: async (request, options) => exit(await commands.deadLetters(request, options)),
    }),
  )
  program
    .command('demo')
    .description('Show the whole system at work beside a stand-in for GitHub. Needs no account.')
    .argument('[arguments...]', 'given to the demo, such as --once --json')
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (args: string[]) => exit(await commands.demo(args)))
  return program
}

function addServerCommands(program: Command, commands: Commands, exit: (code: number) => void): void {
  const described = {
    start: 'Receive webhooks and review, in one process.',
    serve: 'Receive webhooks and show the pages; others do the reviews. Needs DATABASE_URL.',
    work: 'Do reviews; another process receives the webhooks. Needs DATABASE_URL.',
    migrate: 'Bring the database up to date, and end. The other commands do it, too.',
  }
  for (const name of ['start', 'serve', 'work', 'migrate'] as const) {
    withSettings(
      program
        .command(name)
        .description(described[name])
        .addHelpText('after', '\nAll settings are environment variables: see docs/configuration.md.'),
    ).action(async (options: SettingsOption) => exit(await commands[name](options)))
  }
}

interface ReviewOptions extends SettingsOption, PrintRequest {
  readonly base?: string
  readonly head?: string
  readonly repo?: string
  readonly diff?: string
  readonly pr?: PullRequestName
  readonly post: boolean
  readonly record?: string
}

function addReviewCommand(program: Command, commands: Commands, exit: (code: number) => void): void {
  const local = ['base', 'head', 'repo']
  const command = program
    .command('review')
    .description('Review the commits of the current branch, a patch, or a pull request.')
    .option('--base <commit>', 'what to compare with (default: the default branch)')
    .option('--head <commit>', 'what to review (default: HEAD; uncommitted changes are not read)')
    .option('--repo <dir>', 'the git repository (default: the current folder)')
    .addOption(
      new Option('--diff <file>', 'review a patch file; - reads it from the standard input').conflicts(local),
    )
    .addOption(
      new Option('--pr <owner/repo#number>', 'review a pull request; needs GitHub credentials')
        .argParser(readPullRequest)
        .conflicts([...local, 'diff']),
    )
    .option('--post', 'post the review on the pull request', false)
    .option('--record <dir>', 'keep all that lorgnette replay needs to make this review again')
    .addHelpText('after', reviewHelp)
  withSettings(withPrinting(command)).action(async ({ envFile, ...options }: ReviewOptions) => {
    if (options.post && !options.pr) command.error("error: option '--post' needs '--pr <owner/repo#number>'")
    exit(await commands.review(reviewRequest(options), envFile === undefined ? {} : { envFile }))
  })
}

const reviewHelp = `
Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not review. Without --fail-on findings do not matter;
with it a change that was not read whole is 2.
${examples([
  'lorgnette review --base main --fail-on high',
  'git diff --staged | lorgnette review --diff -',
  'lorgnette review --format sarif > lorgnette.sarif',
  'lorgnette review --pr octo-org/shop#12 --post',
])}`

function reviewRequest({ base, head, repo, diff, pr, post, ...how }: ReviewOptions): ReviewRequest {
  if (pr) return { ...how, source: { kind: 'pull-request', ...pr, post } }
  if (diff !== undefined) return { ...how, source: { kind: 'patch', file: diff } }
  const range = { ...(base !== undefined && { base }), ...(head !== undefined && { head }) }
  return { ...how, source: { kind: 'local', folder: repo ?? '.', ...range } }
}

function addReplayCommand(program: Command, commands: Commands, exit: (code: number) => void): void {
  const command = program
    .command('replay')
    .description('Make a recorded review again, with the answers that the model gave then. Asks nobody.')
    .argument('<dir>', 'what lorgnette review --record has left')
    .option(
      '--collect',
      'leave questions without an answer as *.question.json, to be answered beside them',
      false,
    )
    .addHelpText('after', replayHelp)
  withPrinting(command).action(async (folder: string, options: Omit<ReplayRequest, 'folder'>) =>
    exit(await commands.replay({ ...options, folder })),
  )
}

const replayHelp = `
Exit codes are those of review. A question that was not asked then ends with 2, and names the file that is missing.
${examples(['lorgnette review --record last-review', 'lorgnette replay last-review --format json'])}`

/** How a review is printed, and what it may not hold. */
function withPrinting(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', 'how to print the review')
        .choices(['text', 'json', 'sarif'])
        .default('text'),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 for findings this severe or more').choices(
        severity.options,
      ),
    )
    .option('--no-color', 'print no colours')
}

function readPullRequest(text: string): PullRequestName {
  const name = parsePullRequestName(text)
  if (!name) throw new InvalidArgumentError('Expected owner/repo#number, such as octo-org/shop#12.')
  return name
}

function withSettings(command: Command): Command {
  return command.option('--env-file <file>', 'read more settings from this file; the environment wins')
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
