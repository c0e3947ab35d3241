import type { Analyser } from './analyser.ts'
import { type AnalyserLimits, withinLimits } from './limits.ts'
import { lintInThread } from './lint-in-thread.ts'
import type { RuleTable } from './rule.ts'
import { type Problem, syntaxErrorFinding, toFindings } from './to-findings.ts'

/** What a linter's thread says of one file: the first syntax error, or the problems of a file that parses. */
export interface LinterReport {
  readonly syntaxError?: { readonly line: number; readonly message: string }
  readonly problems: readonly Problem[]
}

export interface ThreadLinter {
  readonly name: string
  /** For people: `Python`. */
  readonly language: string
  /** The thread's file in this folder, without its ending. */
  readonly thread: string
  readonly rules: RuleTable
  covers(path: string): boolean
  /** Makes the text harmless without moving a character of it. */
  prepare(text: string): string
}

/** An analyser on a linter that runs in a thread for the time of a call; between calls it holds no memory. */
export function openThreadLinter(linter: ThreadLinter, limits: AnalyserLimits): Analyser {
  const { name, language, thread, rules } = linter
  const covers = (path: string): boolean => linter.covers(path)
  return {
    name,
    kind: 'linter',
    covers,
    async analyse(files, signal) {
      signal.throwIfAborted()
      const { fitting, tooLarge } = withinLimits(
        files.filter(({ diff }) => covers(diff.path)),
        limits,
      )
      const inputs = fitting.map(({ diff, content }) => ({ path: diff.path, text: linter.prepare(content) }))
      const { reports, unread } = await lintInThread<LinterReport>(inputs, { thread, limits }, signal)
      const findings = fitting.flatMap((file) => {
        const { syntaxError, problems } = reports.get(file.diff.path) ?? { problems: [] }
        return syntaxError
          ? syntaxErrorFinding(file, language, syntaxError)
          : toFindings(file, problems, rules)
      })
      return { findings, unread: [...tooLarge, ...unread] }
    },
  }
}
