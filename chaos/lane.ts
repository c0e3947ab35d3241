import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { packageRoot } from '../src/base/package-root.ts'
import type { LaneAnswer, LaneRequest, PlayedRun } from './lane-messages.ts'
import type { RunPlan } from './plan.ts'
import type { QueuePlace } from './steps.ts'

/** A system of its own (processes, servers, emulators), which lives through all runs that are played on it. */
export interface Lane {
  /** One run at a time. Rejects when the harness itself fails. */
  play(plan: RunPlan): Promise<PlayedRun>
  /** Ends all of it. Returns the folder of the logs, when they shall be kept. Safe to call twice. */
  close(keepLogs: boolean): Promise<string | undefined>
}

/**
 * A lane is a process, because its gates and emulators keep one busy: two lanes in one process would wait for each
 * other, and what one run does would depend on what happens in another.
 */
export async function openLane(queue: QueuePlace): Promise<Lane> {
  const child = fork(path.join(packageRoot, 'dist/chaos/lane.process.js'), [queue], {
    serialization: 'advanced',
  })
  const opened = await answerOf(child)
  if (opened.kind !== 'opened') throw unexpected(opened)
  return {
    play: async (plan) => {
      tell(child, { kind: 'play', plan })
      const played = await answerOf(child)
      if (played.kind !== 'played') throw unexpected(played)
      return played.run
    },
    close: async (keepLogs) => {
      if (!child.connected) return undefined
      const gone = once(child, 'exit')
      tell(child, { kind: 'close', keepLogs })
      const closed = await answerOf(child)
      child.disconnect()
      await gone
      return closed.kind === 'closed' ? closed.logs : undefined
    },
  }
}

function tell(child: ChildProcess, request: LaneRequest): void {
  child.send(request)
}

async function answerOf(child: ChildProcess): Promise<LaneAnswer> {
  const ended = new AbortController()
  try {
    const [answer] = (await Promise.race([
      once(child, 'message', { signal: ended.signal }),
      once(child, 'exit', { signal: ended.signal }).then(() => [{ kind: 'failed', reason: 'it ended' }]),
    ])) as [LaneAnswer] // lane.process.ts sends nothing else
    return answer
  } finally {
    ended.abort()
  }
}

function unexpected(answer: LaneAnswer): Error {
  return new Error(`a lane of the chaos failed: ${answer.kind === 'failed' ? answer.reason : answer.kind}`)
}
