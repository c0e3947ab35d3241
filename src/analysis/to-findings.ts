import { severities } from '../review/finding.ts'
import type { AnalysedFile, AnalyserFinding } from './analyser.ts'
import { anchorOnChange } from './anchor-on-change.ts'
import { messageAsTitle, type RuleTable } from './rule.ts'
import { isTestPath } from './test-path.ts'

export interface LineRange {
  /** 1-based, both included. */
  readonly startLine: number
  readonly endLine: number
}

/** What a linter said about a file, in lines. */
export interface Problem {
  /** The linter's own name of the rule. */
  readonly rule: string
  readonly message: string
  /** Where it shows, the best place to comment on first. */
  readonly places: readonly LineRange[]
}

/** The problems that the change wrote, in the words of our rules. Problems without a rule of ours are passed over. */
export function toFindings(
  file: AnalysedFile,
  problems: readonly Problem[],
  rules: RuleTable,
): AnalyserFinding[] {
  const { path } = file.diff
  const anchorOn = anchorOnChange(file.diff)
  const inTest = isTestPath(path)
  const lines = file.content.split('\n')
  const findings = new Map<string, AnalyserFinding>()
  for (const { rule: name, message, places } of problems) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (!rule || (rule.exceptInTests && inTest)) continue
    if (rule.accepts?.(message, lines[(places[0]?.startLine ?? 0) - 1] ?? '')) continue
    for (const { startLine, endLine } of places) {
      const anchor = anchorOn(startLine, endLine)
      if (!anchor) continue
      const { severity, category, explanation } = rule
      const title = rule.title ?? messageAsTitle(message)
      const key = rule.oncePerFile ? `${name} ${message}` : `${name} ${anchor.startLine} ${anchor.endLine}`
      if (!findings.has(key))
        findings.set(key, { path, anchor, rule: name, severity, category, title, explanation })
      break
    }
  }
  return withoutEchoes([...findings.values()]).toSorted((a, b) => a.anchor.startLine - b.anchor.startLine)
}

/** Two rules that name the same kind of harm at the same lines mean one problem: the more severe one speaks. */
function withoutEchoes(findings: readonly AnalyserFinding[]): AnalyserFinding[] {
  const speakers = new Map<string, AnalyserFinding>()
  const placeOf = ({ anchor, category }: AnalyserFinding): string =>
    `${anchor.startLine} ${anchor.endLine} ${category}`
  for (const finding of findings.toSorted(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity),
  ))
    if (!speakers.has(placeOf(finding))) speakers.set(placeOf(finding), finding)
  return findings.filter((finding) => speakers.get(placeOf(finding))?.rule === finding.rule)
}

/**
 * The finding for a file that does not parse, when the change broke it: its first error (the others often follow from
 * it) stands on an added line, or right after one, where a parser notices that something was never closed.
 */
export function syntaxErrorFinding(
  file: AnalysedFile,
  language: string,
  error: { readonly line: number; readonly message: string },
): AnalyserFinding[] {
  const { path } = file.diff
  const anchorOn = anchorOnChange(file.diff)
  const lines = file.content.split('\n')
  let line = error.line
  if (!anchorOn(line, line)) {
    do line--
    while (line > 0 && (lines[line - 1] ?? '').trim() === '')
  }
  const anchor = anchorOn(line, line)
  if (!anchor) return []
  return [
    {
      path,
      anchor,
      rule: 'syntax-error',
      severity: 'high',
      category: 'bug',
      title: `Syntax error: ${messageAsTitle(error.message)}`,
      explanation: `The file is not valid ${language}: it cannot be loaded, and neither can anything that imports it.`,
    },
  ]
}
