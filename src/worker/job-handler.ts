import type { z } from 'zod'
import type { Logger } from '../telemetry/logger.ts'

export interface JobContext {
  readonly attempt: number
  readonly log: Logger
  /** Aborted when the lease is lost or the worker stops. */
  readonly signal: AbortSignal
}

/** What is done with jobs of one kind. A job whose payload the schema refuses is buried with the reason. */
export interface JobHandler<Payload = unknown> {
  readonly payload: z.ZodType<Payload>
  /** Done when it returns. What it throws decides, by its kind, what becomes of the job. */
  handle(payload: Payload, context: JobContext): Promise<void>
  /** Told before the job goes to the dead letters, so that the failure can be made visible. May throw: it is logged. */
  buried?(payload: Payload, reason: string, context: JobContext): Promise<void>
}
