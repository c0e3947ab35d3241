import { parentPort } from 'node:worker_threads'
import type { ThreadInput, ThreadMessage } from './lint-in-thread.ts'

/** Answers for files one by one, in a thread that `lintInThread` started. Called once the linter is ready. */
export function serveLinter<Report>(lint: (file: ThreadInput) => Report | Promise<Report>): void {
  const say = (message: ThreadMessage<Report>): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage(message)
  }
  const answer = async (file: ThreadInput): Promise<ThreadMessage<Report>> => {
    try {
      return { report: await lint(file) }
    } catch (error) {
      return { failure: String(error) }
    }
  }
  parentPort?.on('message', (file: ThreadInput) => void answer(file).then(say))
  say('ready')
}
