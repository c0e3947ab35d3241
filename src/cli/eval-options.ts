import { InvalidArgumentError, Option, type Command } from 'commander'
import type { EvalRequest } from './eval-command.ts'
import type { HistoryRequest } from './history-command.ts'
import type { JudgeRequest } from './judge-command.ts'

/** Which models an evaluation asks, over what the settings say. */
export interface EvalModels {
  readonly model?: string
  /** False: no judge at all. */
  readonly judge?: string | false
  readonly effort?: string
  readonly envFile?: string
}

export interface EvalCommands {
  readonly eval: (request: EvalRequest, models: EvalModels) => Promise<number>
  readonly evalHistory: (request: HistoryRequest) => Promise<number>
  readonly evalJudge: (request: JudgeRequest, models: EvalModels) => Promise<number>
}

type Parsed<Request> = Request & EvalModels

interface HistoryOptions {
  readonly fromHistory?: string
  readonly out: string
  readonly limit: number
}

/** Adds `eval`, which measures reviews, with `eval judge`, which measures who measures them. */
export function addEvalCommands(
  program: Command,
  commands: EvalCommands,
  exit: (code: number) => void,
): void {
  const measure = withAsking(
    program
      .command('eval')
      .description('Measure how good reviews are: run them over changes with known problems, and count.')
      .option('--dataset <dir>', 'the folder of the cases (docs/evaluation.md describes them)')
      .option('--cases <ids>', 'only these, with commas between them', listOf)
      .option('--model <provider/model>', 'the model that reviews (default: LLM_MODEL)'),
  )
    .option('--repositories <dir>', 'where the repositories of the cases are, to look beside the changes')
    .option('--no-judge', 'ask no judge: comments are matched by their place alone')
    .addOption(
      new Option('--effort <effort>', 'how thorough the reviews are (default: REVIEW_EFFORT)').choices([
        'quick',
        'standard',
        'deep',
      ]),
    )
    .option('--runs <number>', 'how often each case is reviewed', positiveInteger, 1)
    .addOption(
      new Option(
        '--from-history <repo>',
        'make a dataset of what was mended later in a git repository',
      ).conflicts('dataset'),
    )
    .option('--out <dir>', 'the folder for that dataset', '.lorgnette/history')
    .option('--limit <number>', 'so many cases of it at most', positiveInteger, 50)
    .addHelpText('after', evalHelp)
  measure.action(async (options: Partial<Parsed<EvalRequest>> & HistoryOptions) => {
    const { model, judge, effort, envFile, dataset, fromHistory, out, limit, ...request } = options
    if (fromHistory !== undefined) {
      exit(await commands.evalHistory({ repository: fromHistory, out, limit }))
      return
    }
    if (dataset === undefined) measure.error("error: '--dataset <dir>' or '--from-history <repo>' is needed")
    // Commander gives all options that have a default.
    exit(
      await commands.eval({ ...request, dataset } as EvalRequest, defined({ model, judge, effort, envFile })),
    )
  })

  const calibrate = withAsking(
    measure
      .command('judge')
      .description('Measure how far a judge agrees with others who judged the same.')
      .requiredOption('--calibration <dir>', 'the folder of what they decided')
      .option('--limit <number>', 'judge so many reviews of it', positiveInteger),
  ).addHelpText('after', '\nExit codes: 0 it can be trusted, 1 it cannot, 2 a part was not judged.')
  calibrate.action(async ({ judge, envFile, ...request }: Parsed<JudgeRequest>) =>
    exit(await commands.evalJudge(request, defined({ judge, envFile }))),
  )
}

const evalHelp = `
Exit codes: 0 measured, 1 a finding is unaccounted for, 2 a part could not be measured, or waits for answers.
What is answered in the folder of --record is not asked again, so that what was interrupted goes on.

Examples:
  lorgnette eval --dataset evals/sample --no-judge
  lorgnette eval --dataset ~/cases --judge openai/gpt-5.6 --runs 3 --json report.json
  lorgnette eval judge --calibration ~/cases/judge-calibration --limit 100`

function withAsking(command: Command): Command {
  return command
    .option('--judge <provider/model>', 'the model that compares (default: EVAL_JUDGE_MODEL)')
    .option('--concurrency <number>', 'how many at once', positiveInteger, 2)
    .option('--record <dir>', 'the folder for all answers', '.lorgnette/eval')
    .option('--json <file>', 'write the whole report there')
    .option('--collect', 'ask nobody: leave questions as *.question.json, to be answered beside them', false)
    .option('--env-file <file>', 'read more settings from this file; the environment wins')
}

function listOf(text: string): readonly string[] {
  return text.split(',').map((id) => id.trim())
}

function positiveInteger(text: string): number {
  const number = Number(text)
  if (!/^\d{1,4}$/.test(text) || number < 1)
    throw new InvalidArgumentError('Expected a whole number from 1 on.')
  return number
}

function defined(members: { readonly [Name in keyof EvalModels]: EvalModels[Name] | undefined }): EvalModels {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
