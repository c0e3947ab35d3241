import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { AnalysedFile, Analyser, AnalyserFinding, UnreadFile } from './analyser.ts'
import { withoutInlineDirectives } from './inline-directives.ts'
import { javascriptRules } from './javascript-rules.ts'
import { type AnalyserLimits, defaultLimits, withinLimits } from './limits.ts'
import { lineAt, lineStarts } from './line-at.ts'
import { oxlintConfig } from './oxlint-config.ts'
import { inLinterPlace } from './linter-places.ts'
import { type OxlintDiagnostic, runOxlint } from './run-oxlint.ts'
import { type Problem, syntaxErrorFinding, toFindings } from './to-findings.ts'

const covered = /(?<!\.d)\.(?:js|jsx|mjs|cjs|ts|tsx|mts|cts)$/

/** A file with such a line was written by a tool: minified, bundled, or data. */
const longestLine = 10_000

/**
 * JavaScript and TypeScript, by oxlint in a child process, on copies in a fresh folder under names of our own
 * (`0001.ts`), with our rules and our plugin only. One start takes a tenth of a second for all files of a change.
 */
export function openOxlint(limits = defaultLimits): Analyser {
  return {
    name: 'oxlint',
    kind: 'linter',
    covers: (path) => covered.test(path),
    async analyse(files, signal) {
      signal.throwIfAborted()
      const { fitting, tooLarge } = withinLimits(
        files.filter(({ diff }) => covered.test(diff.path)),
        limits,
      )
      const written = fitting.filter(({ content }) => !hasLongLine(content))
      const minified = fitting.filter((file) => !written.includes(file))
      const { findings, unread } = await inLinterPlace(() => lintCopies(written, limits, signal), signal)
      const reason = 'minified, or made by a tool'
      return {
        findings,
        unread: [...tooLarge, ...minified.map(({ diff }) => ({ path: diff.path, reason })), ...unread],
      }
    },
  }
}

interface Copy {
  readonly file: AnalysedFile
  readonly name: string
}

async function lintCopies(
  files: readonly AnalysedFile[],
  limits: AnalyserLimits,
  signal: AbortSignal,
): Promise<{ findings: AnalyserFinding[]; unread: UnreadFile[] }> {
  const findings: AnalyserFinding[] = []
  const unread: UnreadFile[] = []
  if (files.length === 0) return { findings, unread }
  const root = await mkdtemp(path.join(tmpdir(), 'lorgnette-oxlint-'))
  try {
    const folder = path.join(root, 'files')
    const config = path.join(root, 'config.json')
    await mkdir(folder)
    await writeFile(config, JSON.stringify(oxlintConfig))
    const copies = files.map((file, index): Copy => ({
      file,
      name: `${String(index + 1).padStart(4, '0')}${path.posix.extname(file.diff.path)}`,
    }))
    for (const { file, name } of copies)
      await writeFile(path.join(folder, name), withoutInlineDirectives(file.content), { signal })

    const start = performance.now()
    // What breaks the linter is found by halves, so that it hides nothing of the others.
    const lint = async (part: readonly Copy[]): Promise<void> => {
      const left = limits.runTimeoutMs - (performance.now() - start)
      const timeoutMs = Math.min(left, limits.fileTimeoutMs)
      const names = part.map(({ name }) => name)
      const diagnostics =
        timeoutMs > 0 ? await runOxlint({ folder, config, names, timeoutMs }, signal) : undefined
      if (diagnostics) {
        for (const copy of part) findings.push(...findingsOf(copy, diagnostics))
      } else if (part.length === 1 || timeoutMs <= 0) {
        const reason =
          timeoutMs <= 0 ? 'the time for this change was used up' : 'the linter broke on it, or took too long'
        unread.push(...part.map(({ file }) => ({ path: file.diff.path, reason })))
      } else {
        const middle = Math.ceil(part.length / 2)
        await lint(part.slice(0, middle))
        await lint(part.slice(middle))
      }
    }
    await lint(copies)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
  return { findings, unread }
}

function findingsOf({ file, name }: Copy, diagnostics: readonly OxlintDiagnostic[]): AnalyserFinding[] {
  const own = diagnostics.filter(({ filename }) => path.basename(filename) === name)
  const starts = lineStarts(Buffer.from(file.content))
  const error = own.find(({ code }) => code === undefined)
  if (error) {
    // Flow is not JavaScript, and nothing of ours can read it.
    if (/@flow\b/.test(file.content.slice(0, 2000))) return []
    const line = lineAt(starts, error.labels[0]?.span.offset ?? 0)
    return syntaxErrorFinding(file, 'JavaScript or TypeScript', { line, message: error.message })
  }
  return toFindings(
    file,
    own.map((diagnostic) => problemOf(diagnostic, starts)),
    javascriptRules,
  )
}

/** `eslint(no-debugger)` is known as `no-debugger`, `unicorn(no-thenable)` as `unicorn/no-thenable`. */
function problemOf({ code = '', message, labels }: OxlintDiagnostic, starts: readonly number[]): Problem {
  const { plugin, rule } = /^(?<plugin>[^(]*)\((?<rule>[^)]*)\)$/.exec(code)?.groups ?? {}
  return {
    rule: plugin === 'eslint' ? `${rule}` : `${plugin}/${rule}`,
    message,
    // Of two places that contradict each other the later one is usually the mistake.
    places: labels
      .map(({ span }) => ({
        startLine: lineAt(starts, span.offset),
        endLine: lineAt(starts, span.offset + Math.max(0, span.length - 1)),
      }))
      .toSorted((a, b) => b.startLine - a.startLine),
  }
}

function hasLongLine(content: string): boolean {
  for (let start = 0; start < content.length;) {
    const newline = content.indexOf('\n', start)
    const end = newline < 0 ? content.length : newline
    if (end - start > longestLine) return true
    start = end + 1
  }
  return false
}
