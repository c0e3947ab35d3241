import type { Closable } from '../src/base/closer.ts'
import type { Queue, QueueDepth } from '../src/queue/queue.ts'

export interface DepthSample extends Pick<QueueDepth, 'ready' | 'delayed' | 'leased'> {
  /** Milliseconds since `begin`. */
  readonly atMs: number
}

/** Asks a queue again and again how deep it is. */
export interface QueueWatch extends Closable {
  /** The samples begin anew, now. */
  begin(): void
  /** As of now: later ones are not in it. */
  samples(): readonly DepthSample[]
}

const EVERY_MS = 250

export function watchQueue(queue: Pick<Queue, 'depth'>): QueueWatch {
  let began = performance.now()
  let samples: DepthSample[] = []
  let asking: Promise<void> | undefined
  const ask = async (): Promise<void> => {
    const atMs = performance.now() - began
    const { ready, delayed, leased } = await queue.depth()
    samples.push({ atMs, ready, delayed, leased })
  }
  const timer = setInterval(() => {
    // One at a time. An answer that fails is a gap in the chart, no more.
    asking ??= ask()
      .catch(() => undefined)
      .finally(() => (asking = undefined))
  }, EVERY_MS)
  return {
    begin: () => {
      began = performance.now()
      samples = []
    },
    samples: () => samples.filter(({ atMs }) => atMs >= 0),
    close: async () => {
      clearInterval(timer)
      await asking
    },
  }
}
