import { checkSyntax } from '../analysis/check-syntax.ts'
import { systemClock } from '../base/clock.ts'
import { type Closable, type Closer, createCloser } from '../base/closer.ts'
import { errorMessage, PermanentError } from '../base/errors.ts'
import { randomIds } from '../base/ids.ts'
import { collectQuestions } from '../budget/collected-questions.ts'
import { openSpendingRecord } from '../budget/spending-record.postgres.ts'
import { openCacheRecord } from '../cache/cache-record.postgres.ts'
import type { CacheRequest, CacheTools } from '../cli/cache-command.ts'
import type { DoctorSystems } from '../cli/doctor-checks.ts'
import type { Estimating } from '../cli/estimate-command.ts'
import type { ReplayContext } from '../cli/replay-command.ts'
import type { Reviewing } from '../cli/review-command.ts'
import { openCache } from './cache.ts'
import { ownRateLimiter } from './limits.ts'
import { type ModelSurroundings, openConfiguredModel, openPrices } from './models.ts'
import { gathering, openAnalysers, openConfiguredGitHub, openReviewer } from './reviewing.ts'
import { withPriceWarning } from './price-warning.ts'
import { openDatabase, openQueue, refuseAwayStore } from './stores.ts'
import type { Config } from '../config.ts'
import { localUrl } from '../config/local-url.ts'
import type { DeadLetters } from '../dead-letters/dead-letters.ts'
import { explainLetters } from '../dead-letters/explain-letters.ts'
import { openLetterRuns } from '../dead-letters/letter-runs.postgres.ts'
import type { CaseTools } from '../eval/run-case.ts'
import { sharedModel } from '../llm/model-source.ts'
import type { Model } from '../llm/model.ts'
import { recordingModel } from '../llm/recording-model.ts'
import { openRecording } from '../llm/recording.ts'
import { replayingModel } from '../llm/replaying-model.ts'
import { unaskedModel } from '../llm/unasked-model.ts'
import type { Database } from '../postgres/database.ts'
import { FolderInUseError } from '../postgres/folder-in-use-error.ts'
import { migrate } from '../postgres/migrate.ts'
import { recordReview } from '../replay/record-review.ts'
import { replayReview } from '../replay/replay-review.ts'
import { createReviewChange } from '../review/review-change.ts'
import { reviewOnce } from '../review/review-once.ts'
import type { Logger } from '../telemetry/logger.ts'

/**
 * What one review from the command line needs. GitHub is asked for only where the change comes from there. `record` is a
 * folder for all that a replay needs.
 */
export function openReviewing(config: Config, log: Logger, record?: string): Reviewing {
  const analysers = openAnalysers()
  const reviewer = openReviewer(config, analysers, { limiter: ownRateLimiter() })
  const reviewChange = record === undefined ? createReviewChange(reviewer) : recordReview(reviewer, record)
  return {
    reviewChange,
    reviewPullRequest: (name, number, { post }, observer, signal) =>
      reviewOnce(
        openConfiguredGitHub(config, log).repository(name),
        name,
        number,
        {
          reviewChange,
          ...gathering(config, analysers, log),
          post,
          clock: systemClock,
          newId: randomIds,
        },
        observer,
        signal,
      ),
    close: () => Promise.resolve(),
  }
}

/** Makes a review again that was recorded. */
export const replay: ReplayContext['replay'] = (options, observer, signal) =>
  replayReview({ ...options, checkSyntax, clock: systemClock }, observer, signal)

/** What an evaluation reviews and judges with; `judges` says whether it has a judge at all. */
export function openEvaluation(config: Config, how: EvalMeans & { readonly judges: boolean }): CaseTools {
  const { folder, judges, collected } = how
  const surroundings = { limiter: ownRateLimiter() }
  const reviewer = openReviewer(config, openAnalysers(), surroundings)
  if (collected) {
    const models = sharedModel(unaskedModel(collected.model))
    const judge = unaskedModel(collected.judge)
    return { reviewer: { ...reviewer, models }, ...(judges && { judge }), collect: true, folder }
  }
  const judge = judges ? openConfiguredJudge(config, surroundings) : undefined
  return { reviewer, ...(judge && { judge }), collect: false, folder }
}

/** The judge alone, with its answers kept in a folder. */
export function openJudge(config: Config, { folder, collected }: EvalMeans): Model {
  const recording = openRecording(folder)
  if (collected) return replayingModel(recording, { id: collected.judge, collect: true })
  const judge = openConfiguredJudge(config, { limiter: ownRateLimiter() })
  if (!judge) throw new PermanentError('no judge: set EVAL_JUDGE_MODEL, or name one with --judge')
  return recordingModel(judge, recording, systemClock)
}

function openConfiguredJudge({ judge }: Config, surroundings: ModelSurroundings): Model | undefined {
  return judge && openConfiguredModel(judge, surroundings)
}

interface EvalMeans {
  /** Where all answers are kept. */
  readonly folder: string
  /** Names of models that nobody asks: their questions are collected. */
  readonly collected?: { readonly model: string; readonly judge: string }
}

/** Reviews whose questions are collected, and asked of nobody. */
export function openEstimating(config: Config): Estimating {
  const { models: _asked, ...reviewer } = openReviewer(config, [], { limiter: ownRateLimiter() })
  const { llm } = config
  const collected = llm && collectQuestions(`${llm.provider}/${llm.model}`)
  const bounds = { ...config.review, effort: 'deep' } as const
  const models = collected && { models: collected.models }
  const reviewChange = createReviewChange({ ...reviewer, ...models, settings: bounds })
  return { reviewChange, collected, prices: openPrices(config), clock: systemClock, bounds }
}

/** What `doctor` looks at, each opened when its turn comes. */
export function doctorSystems(readConfig: () => Config, log: Logger): DoctorSystems {
  return {
    readConfig: () => withPriceWarning(readConfig()),
    openDatabase: (config) => openDatabase(config, log),
    openQueue: (config, database) => openQueue(config, database, log),
    openGitHub: (config) => (config.github.credentials ? openConfiguredGitHub(config, log) : undefined),
    openModel: (llm) => openConfiguredModel(llm, { limiter: ownRateLimiter() }),
    clock: systemClock,
  }
}

/** The cache and the record of what was asked, for a command. */
export function openCacheTools(
  config: Config,
  log: Logger,
  kind: CacheRequest['kind'],
): Promise<Closable & CacheTools> {
  const page = kind === 'stats' ? 'spending' : undefined
  return onStore(config, log, page, (database, opened) => {
    const { cache } = opened.add(openCache(config, database, log))
    return {
      cache,
      record: openCacheRecord(database),
      spending: openSpendingRecord(database),
      clock: systemClock,
    }
  })
}

/** Work that was given up, for the command line. */
export function openDeadLetters(
  config: Config,
  log: Logger,
): Promise<Closable & { readonly letters: DeadLetters }> {
  return onStore(config, log, 'dead-letters', (database, opened) => {
    const queue = opened.add(openQueue(config, database, log))
    return { letters: explainLetters(queue, openLetterRuns(database)) }
  })
}

/**
 * What a command does on the store of a system, whether that runs or not. An embedded store is held by its server: then
 * the error names the page of it that shows the same, if there is one.
 */
async function onStore<Tools extends object>(
  config: Config,
  log: Logger,
  page: string | undefined,
  open: (database: Database, opened: Closer) => Tools,
): Promise<Closable & Tools> {
  const opened = createCloser((error) => log.warn({ error: errorMessage(error) }, 'could not close'))
  try {
    const database = opened.add(await openDatabase(config, log).catch(pointToServer(config, page)))
    await refuseAwayStore(config, database)
    await migrate(database)
    return { ...open(database, opened), close: () => opened.close() }
  } catch (error) {
    await opened.close()
    throw error
  }
}

function pointToServer({ server }: Config, page: string | undefined): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof FolderInUseError)) throw error
    const cure =
      page === undefined ? 'stop it first' : `use its page, ${localUrl(server)}/${page}, or stop it first`
    throw new PermanentError(`process ${error.holder} has the embedded store in ${error.folder}: ${cure}`)
  }
}
