import type { Analyser } from './analyser.ts'
import { type AnalyserLimits, withinLimits } from './limits.ts'
import { lintInProcess } from './lint-in-process.ts'
import { inLinterPlace } from './linter-places.ts'
import type { RuleTable } from './rule.ts'
import { type Problem, syntaxErrorFinding, toFindings } from './to-findings.ts'

/** What a linter's process says of one file: the first syntax error, or the problems of a file that parses. */
export interface LinterReport {
  readonly syntaxError?: { readonly line: number; readonly message: string }
  readonly problems: readonly Problem[]
}

export interface WasmLinter {
  readonly name: string
  /** For people: `Python`. */
  readonly language: string
  /** The linter's program in this folder, without its ending. */
  readonly program: string
  readonly rules: RuleTable
  covers(path: string): boolean
  /** Makes the text harmless without moving a character of it. */
  prepare(text: string): string
}

/** An analyser on a linter that runs in a process for the time of a call; between calls it holds no memory. */
export function openWasmLinter(linter: WasmLinter, limits: AnalyserLimits): Analyser {
  const { name, language, program, rules } = linter
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
      const { reports, unread } = await inLinterPlace(
        () => lintInProcess<LinterReport>(inputs, { program, limits }, signal),
        signal,
      )
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
