import { openActionlint } from '../analysis/analyser.actionlint.ts'
import { openOxlint } from '../analysis/analyser.oxlint.ts'
import { openRuff } from '../analysis/analyser.ruff.ts'
import { openSecrets } from '../analysis/analyser.secrets.ts'
import type { Analyser } from '../analysis/analyser.ts'
import { checkSyntax } from '../analysis/check-syntax.ts'
import { scanSecrets } from '../analysis/secret-scanner.ts'
import { systemClock } from '../base/clock.ts'
import { PermanentError } from '../base/errors.ts'
import { randomIds } from '../base/ids.ts'
import { type ModelSurroundings, openModels, openPrices } from './models.ts'
import type { Config } from '../config.ts'
import { diffBlobs } from '../git/diff-blobs.ts'
import { openSnapshots } from '../git/snapshot/snapshots.ts'
import { openGitHub } from '../github/github.octokit.ts'
import type { GitHub } from '../github/github.ts'
import type { GatherOptions } from '../review/gather.ts'
import { createBaseGuidelines } from '../review/guidelines/base-guidelines.ts'
import type { Reviewer } from '../review/review-change.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'

const GITHUB_TIMEOUT_MS = 30_000

/** A review goes on without the files around the change rather than wait longer for them. */
const SNAPSHOT_TIMEOUT_MS = 120_000

/** Reviews changes with the configured model, or with the analysers alone. */
export function openReviewer(
  config: Config,
  analysers: readonly Analyser[],
  surroundings: ModelSurroundings,
): Reviewer {
  const models = openModels(config, surroundings)
  return {
    analysers,
    scanSecrets,
    checkSyntax,
    settings: config.review,
    clock: systemClock,
    newId: randomIds,
    prices: openPrices(config),
    ...(models && { models }),
  }
}

export function openAnalysers(): readonly Analyser[] {
  return [openRuff(), openOxlint(), openActionlint(), openSecrets()]
}

/** How a pull request is read. The files around the change, and the guidelines, cost reads: only a model has a use for them. */
export function gathering(
  { llm, snapshots }: Config,
  analysers: readonly Analyser[],
  log: Logger,
): GatherOptions {
  const fetchTimeoutMs = SNAPSHOT_TIMEOUT_MS
  return {
    diffBlobs,
    needsContent: (path) => analysers.some((analyser) => analyser.covers(path)),
    ...(llm && { guidelines: createBaseGuidelines() }),
    ...(llm &&
      snapshots && { headTrees: openSnapshots({ ...snapshots, fetchTimeoutMs, clock: systemClock, log }) }),
  }
}

/** Throws a permanent error when no credentials are configured. */
export function openConfiguredGitHub({ github }: Config, log: Logger, metrics?: Metrics): GitHub {
  if (!github.credentials) {
    throw new PermanentError(
      'no GitHub credentials: set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_PRIVATE_KEY',
    )
  }
  return openGitHub({
    apiUrl: github.apiUrl,
    credentials: github.credentials,
    clock: systemClock,
    log,
    timeoutMs: GITHUB_TIMEOUT_MS,
    ...(metrics && { onCall: (outcome) => metrics.githubCall(outcome) }),
  })
}
