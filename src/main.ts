#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { PermanentError } from './base/errors.ts'
import { packageRoot } from './base/package-root.ts'
import { runCache } from './cli/cache-command.ts'
import { runDeadLetters } from './cli/dead-letters-command.ts'
import { runDemo } from './cli/demo-command.ts'
import { openDoctor } from './cli/doctor-checks.ts'
import { runDoctor } from './cli/doctor-command.ts'
import { runEstimate } from './cli/estimate-command.ts'
import { runEvalCommand, type EvalRequest } from './cli/eval-command.ts'
import type { EvalModels } from './cli/eval-options.ts'
import { runHistoryCommand } from './cli/history-command.ts'
import { runJudgeCommand, type JudgeRequest } from './cli/judge-command.ts'
import { runProgram, type Commands, type SettingsOption } from './cli/program.ts'
import { runReplay } from './cli/replay-command.ts'
import { runReview } from './cli/review-command.ts'
import { migrateStore } from './compose/stores.ts'
import {
  doctorSystems,
  openCacheTools,
  openDeadLetters,
  openEstimating,
  openEvaluation,
  openJudge,
  openReviewing,
  replay,
} from './compose/tools.ts'
import { openSystem, type Roles } from './compose.ts'
import type { ConfigUse } from './config/joint-faults.ts'
import { withEnvFile } from './config/env-file.ts'
import { readConfig, type Config } from './config.ts'
import { parseModelId } from './llm/parse-model-id.ts'
import { createLogger } from './telemetry/logger.ts'

const version = readVersion()
const { stdin, stdout, stderr } = process
const terminal = { stdin, stdout, stderr }
/** Aborts at the first SIGINT or SIGTERM. At the second the process ends at once: whatever it held comes back by itself. */
const interrupted = new AbortController()

const commands: Commands = {
  start: (options) => run('server', options, { serves: true, works: true }),
  serve: (options) => run('webhooks', options, { serves: true, works: false }),
  work: (options) => run('worker', options, { serves: false, works: true }),
  migrate: async (options) => {
    const config = readSettings(options, 'tool')
    const applied = await migrateStore(config, createLogger(config.log.level, stderr))
    stdout.write(applied.length > 0 ? `applied ${applied.join(', ')}\n` : 'the database is up to date\n')
    return 0
  },
  review: (request, options) =>
    runReview(
      request,
      {
        open: () =>
          Promise.resolve(
            openReviewing(readSettings(options, 'tool'), createLogger('silent'), request.record),
          ),
        terminal,
        version,
      },
      interrupted.signal,
    ),
  estimate: (request, options) =>
    runEstimate(
      request,
      { open: () => openEstimating(readSettings(options, 'tool')), terminal },
      interrupted.signal,
    ),
  replay: (request) => runReplay(request, { replay, terminal, version }, interrupted.signal),
  eval: (request, models) =>
    runEvalCommand(
      request,
      {
        open: () => openEvaluation(...evaluationOf(request, models)),
        terminal,
      },
      interrupted.signal,
    ),
  evalHistory: (request) => runHistoryCommand(request, terminal, interrupted.signal),
  evalJudge: (request, models) =>
    runJudgeCommand(
      request,
      { open: () => openJudge(...evaluationOf(request, models)), terminal },
      interrupted.signal,
    ),
  doctor: async (options) => {
    const doctor = openDoctor(doctorSystems(() => readSettings(options, 'tool'), createLogger('silent')))
    try {
      return await runDoctor(doctor.checks, { json: options.json, terminal }, interrupted.signal)
    } finally {
      await doctor.close()
    }
  },
  cache: async (request, options) => {
    const config = readSettings(options, 'tool')
    const opened = await openCacheTools(config, createLogger('silent'), request.kind)
    try {
      return await runCache(request, opened, terminal)
    } finally {
      await opened.close()
    }
  },
  deadLetters: async (request, options) => {
    const config = readSettings(options, 'tool')
    const opened = await openDeadLetters(config, createLogger('silent'))
    try {
      return await runDeadLetters(request, { letters: opened.letters, terminal })
    } finally {
      await opened.close()
    }
  },
  demo: (args) => runDemo(args, interrupted.signal),
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interrupted.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143)
    interrupted.abort()
  })
}
process.exitCode = await runProgram(process.argv.slice(2), commands, { version, terminal })

/** Runs a server or a worker until the process is told to stop. */
async function run(use: ConfigUse, options: SettingsOption, roles: Roles): Promise<number> {
  const config = readSettings(options, use)
  const log = createLogger(config.log.level)
  const system = await openSystem(config, roles, log)
  log.info({ version, ...roles, ...(system.url !== undefined && { url: system.url }) }, 'started')
  if (!interrupted.signal.aborted) {
    await new Promise((resolve) => interrupted.signal.addEventListener('abort', resolve, { once: true }))
  }
  log.info('stopping')
  await system.stop()
  log.info('stopped')
  return 0
}

function readSettings({ envFile }: SettingsOption, use: ConfigUse): Config {
  return readConfig(withEnvFile(process.env, envFile), use)
}

/** The settings of an evaluation, with what its options say, and what it works with. */
function evaluationOf({ collect, record }: EvalRequest | JudgeRequest, models: EvalModels) {
  const { model, judge, effort, envFile } = models
  const env = {
    ...withEnvFile(process.env, envFile),
    ...(effort !== undefined && { REVIEW_EFFORT: effort }),
    // Of a model that nobody asks only the name counts: neither key nor address are wanted.
    ...(!collect && model !== undefined && { LLM_MODEL: model }),
    ...(!collect && judge && { EVAL_JUDGE_MODEL: judge }),
  }
  const config = readConfig(env, 'tool')
  const means = { folder: record, judges: judge !== false }
  return [config, collect ? { ...means, collected: collectedNames(models) } : means] as const
}

function collectedNames({ model, judge }: EvalModels): { readonly model: string; readonly judge: string } {
  const named = [model, judge || undefined].find((name) => name !== undefined)
  if (named === undefined)
    throw new PermanentError('--collect needs --model: the name that answers are kept under')
  const names = { model: model ?? named, judge: judge || named }
  for (const name of Object.values(names)) parseModelId(name)
  return names
}

function readVersion(): string {
  const text = readFileSync(path.join(packageRoot, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version // our own file
}
