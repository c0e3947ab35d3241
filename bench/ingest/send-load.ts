import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { z } from 'zod'
import type { Workload } from './delivery-source.ts'

export interface Load {
  readonly workload: Workload
  readonly connections: number
  readonly requests: number
}

const loadResult = z.object({
  requestsPerSecond: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  /** Answered with 2xx: all of them, or the run is worth nothing. */
  accepted: z.number(),
  /** The mean. */
  payloadBytes: z.number(),
})
export type LoadResult = z.infer<typeof loadResult>

/** Sends signed deliveries from a process of its own, and waits for every answer. Throws when one is not a 2xx. */
export async function sendLoad(url: string, load: Load): Promise<LoadResult> {
  const script = path.join(import.meta.dirname, 'load-process.js')
  const args = [url, load.workload, String(load.connections), String(load.requests)]
  const child = fork(script, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [message] = await Promise.race([
    once(child, 'message') as Promise<[unknown]>, // parsed below
    once(child, 'exit').then(() => Promise.reject(new Error('the load ended without a result'))),
  ])
  const result = loadResult.parse(message)
  if (result.accepted !== load.requests) {
    throw new Error(`only ${result.accepted} of ${load.requests} deliveries were answered with 2xx`)
  }
  return result
}
