import { anchorOnChange } from './anchor-on-change.ts'
import type { AnalysedFile, Analyser, AnalyserFinding, UnreadFile } from './analyser.ts'
import { type AnalyserLimits, withinLimits } from './limits.ts'
import { lineAt, lineStarts } from './line-at.ts'
import { secretRule } from './secret-rules.ts'
import { scanSecrets } from './secret-scanner.ts'

/** Ten megabytes take about two seconds, in pieces between which others get their turn. */
const secretLimits: AnalyserLimits = {
  maxFileLength: 10_000_000,
  fileTimeoutMs: 10_000,
  runTimeoutMs: 60_000,
}

/** Credentials in any text file. Only what is certainly one is a finding, and no finding repeats it. */
export function openSecrets(limits = secretLimits): Analyser {
  return {
    name: 'secrets',
    kind: 'scanner',
    covers: (path) => !/\.(?:svg|map|lock)$/i.test(path),
    async analyse(files, signal) {
      const start = performance.now()
      const { fitting, tooLarge } = withinLimits(
        files.filter(({ diff }) => this.covers(diff.path)),
        limits,
      )
      const findings: AnalyserFinding[] = []
      const unread: UnreadFile[] = [...tooLarge]
      for (const file of fitting) {
        signal.throwIfAborted()
        if (performance.now() - start >= limits.runTimeoutMs)
          unread.push({ path: file.diff.path, reason: 'the time for this change was used up' })
        else findings.push(...(await findSecrets(file)))
      }
      signal.throwIfAborted()
      return { findings, unread }
    },
  }
}

async function findSecrets({ diff, content }: AnalysedFile): Promise<AnalyserFinding[]> {
  const anchorOn = anchorOnChange(diff)
  const starts = lineStarts(content)
  const findings = new Map<string, AnalyserFinding>()
  for (const { start, end, kind, certain } of await scanSecrets(content, diff.path)) {
    const anchor = certain && anchorOn(lineAt(starts, start), lineAt(starts, end - 1))
    if (!anchor) continue
    const { severity, category, title, explanation } = secretRule(kind)
    // A key id and its secret on one line are one problem.
    const key = `${anchor.startLine}-${anchor.endLine}`
    if (!findings.has(key))
      findings.set(key, { path: diff.path, anchor, rule: kind, severity, category, title, explanation })
  }
  return [...findings.values()]
}
