import type { LinterInput, LinterMessage } from './lint-in-process.ts'

/** Answers for files one by one, in a process that `lintInProcess` started. Called once the linter is ready. */
export function serveLinter<Report>(lint: (file: LinterInput) => Report | Promise<Report>): void {
  const say = (message: LinterMessage<Report>): void => {
    process.send?.(message)
  }
  const answer = async (file: LinterInput): Promise<LinterMessage<Report>> => {
    try {
      return { report: await lint(file) }
    } catch (error) {
      return { failure: String(error) }
    }
  }
  process.on('message', (file: LinterInput) => void answer(file).then(say))
  say('ready')
}
