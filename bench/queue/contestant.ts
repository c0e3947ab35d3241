import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Assignment } from './assignment.ts'

/** A process of its own with one task. Its standard output goes nowhere; it answers by messages. */
export function openContestant(assignment: Assignment): ChildProcess {
  const script = path.join(import.meta.dirname, 'contestant-process.js')
  return fork(script, [JSON.stringify(assignment)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

/** The first message of a process; rejects when it ends without one. */
export async function firstMessage(child: ChildProcess, name: string): Promise<unknown> {
  const waiting = new AbortController()
  try {
    const [message] = (await Promise.race([
      once(child, 'message', { signal: waiting.signal }),
      once(child, 'exit', { signal: waiting.signal }).then(([code]) =>
        Promise.reject(new Error(`${name} ended with ${code}`)),
      ),
    ])) as readonly unknown[]
    return message
  } finally {
    waiting.abort()
  }
}

/** What a process answered whose task has an end, once it has ended. */
export async function runContestant(assignment: Assignment): Promise<unknown> {
  const child = openContestant(assignment)
  const ended = once(child, 'exit')
  const answer = await firstMessage(child, assignment.system)
  await ended
  return answer
}
