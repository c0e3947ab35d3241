import type { RunPlan } from './plan.ts'
import type { RunResult } from './run.ts'

/** A run as it went. */
export interface PlayedRun {
  readonly result: RunResult
  /** What happened, in the order in which it did. */
  readonly story: readonly string[]
}

/** What a lane is asked for, one thing at a time. */
export type LaneRequest =
  | { readonly kind: 'play'; readonly plan: RunPlan }
  | { readonly kind: 'close'; readonly keepLogs: boolean }

/** `opened` comes by itself, when all stands. */
export type LaneAnswer =
  | { readonly kind: 'opened' }
  | { readonly kind: 'played'; readonly run: PlayedRun }
  | { readonly kind: 'closed'; readonly logs: string | undefined }
  | { readonly kind: 'failed'; readonly reason: string }
