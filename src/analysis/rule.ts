import type { Category, Severity } from '../review/finding.ts'

/** What we say about a rule of a linter. A rule without such an entry is not switched on. */
export interface Rule {
  readonly severity: Severity
  readonly category: Category
  /** One line; without it the linter's own message is the title, because it names the culprit. */
  readonly title?: string
  /** How it fails: input or state → wrong outcome. */
  readonly explanation: string
  /** Tests do such a thing on purpose: findings in test files are passed over. */
  readonly exceptInTests?: true
  /** The message names the culprit: said once per file, however often it occurs. */
  readonly oncePerFile?: true
  /** Passes over harmless cases that the rule also names, by the linter's message and the first line of the place. */
  readonly accepts?: (message: string, line: string) => boolean
}

/** The rules of one analyser by the linter's own name. */
export type RuleTable = Readonly<Record<string, Rule>>

const longestTitle = 160

/** The linter's message as a title: its first line, shortened, without control characters and full stop. */
export function messageAsTitle(message: string): string {
  const line = message.split(/[\r\n]/, 1)[0] ?? ''
  const plain = line
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .replace(/(?<!\.)\.$/, '')
  return plain.length > longestTitle ? `${plain.slice(0, longestTitle - 1)}…` : plain
}
