import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A process of its own with one assignment. Its standard output goes nowhere; it answers by messages. */
export function openProcess(script: string, assignment: object): ChildProcess {
  return fork(script, [JSON.stringify(assignment)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

/** The next message of a process; rejects when it ends without one. */
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
