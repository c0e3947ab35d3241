import { z } from 'zod'
import { openLlmEmulator } from '../emulators/llm/llm-emulator.ts'
import { createListPrices } from '../src/budget/prices.genai-prices.ts'
import { openRedisAnswerCache } from '../src/cache/answer-cache.redis.ts'
import type { Usage } from '../src/llm/model.ts'
import { openRedis } from '../src/redis/open-redis.ts'
import { hunkTokens } from '../src/review/divide-hunks.ts'
import { createLogger } from '../src/telemetry/logger.ts'
import { fileCeiling } from './cache-replay/file-ceiling.ts'
import { readHistories, type PushHistory } from './cache-replay/push-history.ts'
import { rebuildChange } from './cache-replay/rebuild-change.ts'
import { replayFigures, type LaterPush, type ReplayFigures } from './cache-replay/replay-figures.ts'
import { openReplay, type Replay } from './cache-replay/replay-pushes.ts'
import { answerByLines } from './cache-replay/scripted-reviewer.ts'
import { withRedis } from './queue/servers.ts'
import { atLeast, atMost, type Target } from './queue/target.ts'

export const cacheReplayOptions = z.object({
  histories: z.string('name a folder of push histories with --histories'),
  mirror: z.string().optional(),
  context: z.boolean(),
})

export interface CacheReplayResult {
  readonly benchmark: 'cache-replay'
  readonly repositories: readonly RepositoryFigures[]
  readonly pooled: ReplayFigures
  /** Reviews whose findings differ with the cache on and off: of the same engine, none may. */
  readonly differing: number
  readonly targets: readonly Target[]
}

interface RepositoryFigures extends ReplayFigures {
  readonly repository: string
  readonly pullRequests: number
  /** Share of the pushes that were rebuilt with git; the others are of the recorded sizes. */
  readonly rebuilt: number
  /** What a cache of whole files could save at most: share of the files. */
  readonly ceiling: number
  /** All tokens that a review without a cache takes, in tokens of the hunks that it reads. */
  readonly tokensToDiff: number
}

/** What a real price makes of the tokens: shares of money are about the same at any. */
const PRICED_AS = 'anthropic/claude-sonnet-4-5'
const AIMED_PERCENT = 65
const AIMED_TOKENS_TO_DIFF = 2

/** Reviews every push of the histories twice: with the cache, and without it. */
export async function runCacheReplay(
  { histories, mirror, context }: z.infer<typeof cacheReplayOptions>,
  say: (line: string) => void,
): Promise<CacheReplayResult> {
  const emulator = await openLlmEmulator({ answer: ({ prompt }) => answerByLines(prompt) })
  try {
    return await withRedis([], async (url) => {
      const redis = openRedis({ url, log: createLogger('silent') })
      try {
        const signal = new AbortController().signal
        const replays = {
          cached: openReplay(emulator.baseUrl, openRedisAnswerCache(redis, { prefix: 'replay' }), signal),
          uncached: openReplay(emulator.baseUrl, undefined, signal),
        }
        const source = { looksAround: context, ...(mirror !== undefined && { mirror }) }
        return await replayAll(readHistories(histories), replays, source, say)
      } finally {
        await redis.close()
      }
    })
  } finally {
    await emulator.close()
  }
}

interface Replays {
  readonly cached: Replay
  readonly uncached: Replay
}

async function replayAll(
  histories: readonly PushHistory[],
  replays: Replays,
  source: Parameters<typeof rebuildChange>[1],
  say: (line: string) => void,
): Promise<CacheReplayResult> {
  const costOf = createCostOf()
  const later: LaterPush[] = []
  const repositories: RepositoryFigures[] = []
  let differing = 0
  for (const history of histories) {
    const replayed = await replayHistory(history, replays, source)
    differing += replayed.differing
    later.push(...replayed.later)
    const { files, known } = fileCeiling(history)
    const figures = {
      repository: history.repository,
      pullRequests: history.pullRequests.length,
      rebuilt: replayed.rebuilt,
      ceiling: files === 0 ? 0 : known / files,
      tokensToDiff: replayed.tokensToDiff,
      ...replayFigures(replayed.later, costOf),
    }
    say(tell(figures))
    repositories.push(figures)
  }
  const pooled = replayFigures(later, costOf)
  const targets = targetsOf(pooled, repositories, differing)
  for (const { what, aim, measured, met } of targets)
    say(`${met ? 'met' : 'NOT MET'}: ${what}: ${measured}, aimed at ${aim}`)
  return { benchmark: 'cache-replay', repositories, pooled, differing, targets }
}

interface ReplayedHistory {
  readonly later: readonly LaterPush[]
  readonly differing: number
  readonly rebuilt: number
  readonly tokensToDiff: number
}

async function replayHistory(
  { pullRequests, repository }: PushHistory,
  { cached, uncached }: Replays,
  source: Parameters<typeof rebuildChange>[1],
): Promise<ReplayedHistory> {
  const later: LaterPush[] = []
  let [pushes, rebuilt, differing, askedTokens, diffTokens] = [0, 0, 0, 0, 0]
  for (const states of pullRequests) {
    const before: LaterPush['calls'][number][] = []
    for (const [index, state] of states.entries()) {
      const { change, from } = await rebuildChange(state, source, new AbortController().signal)
      const scope = { repository, pullRequest: state.pr }
      const [on, off] = [await cached(change, scope), await uncached(change, scope)]
      pushes += 1
      if (from === 'git') rebuilt += 1
      if (JSON.stringify(on.findings) !== JSON.stringify(off.findings)) differing += 1
      const asked = new Set(off.calls.map(({ unit }) => unit))
      askedTokens += off.calls.reduce((sum, { usage }) => sum + usage.inputTokens + usage.outputTokens, 0)
      for (const { diff } of change.files)
        if (asked.has(diff.path)) diffTokens += diff.hunks.reduce((sum, hunk) => sum + hunkTokens(hunk), 0)
      if (index > 0) later.push({ calls: on.calls, before: [...before] })
      before.push(...on.calls)
    }
  }
  return { later, differing, rebuilt: rebuilt / pushes, tokensToDiff: askedTokens / diffTokens }
}

function createCostOf(): (usage: Usage) => number {
  const prices = createListPrices()
  const at = new Date()
  return (usage) => {
    const cost = prices.costOf(PRICED_AS, usage, at)
    if (cost === undefined) throw new Error(`nobody knows what ${PRICED_AS} costs`)
    return cost
  }
}

function targetsOf(
  pooled: ReplayFigures,
  repositories: readonly RepositoryFigures[],
  differing: number,
): readonly Target[] {
  return [
    atLeast(
      '% of money saved, all pushes after the first pooled',
      AIMED_PERCENT,
      inPercent(pooled.microDollars.share),
    ),
    ...repositories.map(({ repository, ceiling, microDollars }) =>
      atLeast(
        `% of money saved in ${repository}, where whole files would save`,
        inPercent(ceiling),
        inPercent(microDollars.share),
      ),
    ),
    ...repositories.map(({ repository, tokensToDiff }) =>
      atMost(
        `tokens of a review in tokens of its diff, ${repository}`,
        AIMED_TOKENS_TO_DIFF,
        Number(tokensToDiff.toFixed(2)),
      ),
    ),
    atMost('reviews whose findings differ with the cache on and off', 0, differing),
  ]
}

function tell({ repository, pushes, rebuilt, calls, tokens, microDollars }: RepositoryFigures): string {
  const saved = `${percent(calls.share)} of calls, ${percent(tokens.share)} of tokens, ${percent(microDollars.share)} of money`
  return `${repository}: ${pushes} later pushes, ${percent(rebuilt)} rebuilt with git: ${saved} saved`
}

function percent(share: number): string {
  return `${inPercent(share)} %`
}

function inPercent(share: number): number {
  return Math.round(share * 1_000) / 10
}
