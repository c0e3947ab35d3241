import type { Finding, Severity } from '../review/finding.ts'
import { severities } from '../review/finding.ts'
import { createPaint, type Paint } from './paint.ts'
import { quotedLines } from './quoted-lines.ts'
import { receiptLines } from './receipt-lines.ts'
import { finderName, saidFindings, type Reviewed } from './reviewed.ts'
import { shortened, terminalLine, terminalText, wrapped } from './terminal-text.ts'

const width = 100
const maxQuotedLength = 160

/** The review for people at a terminal: findings by file with the lines they stand on, then what was read and what was not. */
export function formatText(reviewed: Reviewed, { color }: { readonly color: boolean }): string {
  const paint = createPaint(color)
  const said = saidFindings(reviewed)
  const paths = [...new Set(said.map(({ path }) => path))]
  const sections = paths.map((path) => {
    const findings = said.filter((finding) => finding.path === path)
    return [
      paint.bold(terminalLine(path)),
      ...findings.map((finding) => formatFinding(finding, reviewed, paint)),
    ].join('\n\n')
  })
  const lines = [...receiptLines(reviewed), ...postedLines(reviewed)]
  return `${[headline(reviewed, said, paint), ...sections, lines.join('\n')].join('\n\n')}\n`
}

function postedLines({ name, posted }: Reviewed): string[] {
  if (posted === 'not') return []
  if (posted === 'now') return [`Posted on ${terminalLine(name)}.`]
  return [
    'A review of this head stands already. It was left as it is, and may say other things than this one.',
  ]
}

function headline({ name }: Reviewed, said: readonly Finding[], paint: Paint): string {
  const counts = severities.flatMap((severity) => {
    const count = said.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [painted(severity, `${count} ${severity}`, paint)]
  })
  return `${paint.bold(terminalLine(name))}: ${counts.join(', ') || 'no findings'}`
}

function formatFinding(finding: Finding, reviewed: Reviewed, paint: Paint): string {
  const { severity, category, title, explanation } = finding
  const label = painted(severity, severity, paint)
  return [
    `  ${[place(finding), label, category].filter(Boolean).join('  ')}`,
    ...indented(paint.bold(terminalLine(title)), 2),
    ...formatQuote(finding, reviewed, paint),
    ...wrapped(terminalText(explanation), width - 4).flatMap((line) => indented(line, 4)),
    ...formatReplacement(finding, paint),
    ...indented(paint.dim(`found by ${finders(finding, reviewed)}${secondLook(finding)}`), 4),
  ].join('\n')
}

function place({ anchor }: Finding): string {
  if (!anchor) return ''
  const { side, startLine, endLine } = anchor
  const lines = startLine === endLine ? `line ${startLine}` : `lines ${startLine}–${endLine}`
  return side === 'LEFT' ? `removed ${lines}` : lines
}

function formatQuote(finding: Finding, reviewed: Reviewed, paint: Paint): string[] {
  const { lines, left } = quotedLines(finding, reviewed)
  const gutter = String(lines.at(-1)?.line ?? '').length
  const quoted = lines.map(
    ({ line, text }) =>
      `${String(line).padStart(gutter)} │ ${shortened(terminalLine(text), maxQuotedLength)}`,
  )
  if (left > 0) quoted.push(`${' '.repeat(gutter)} │ … ${left} more`)
  return quoted.flatMap((line) => indented(paint.dim(line), 4))
}

function formatReplacement({ replacement, replacementFault }: Finding, paint: Paint): string[] {
  if (replacement === undefined) return []
  const lines = terminalText(replacement).replace(/\n$/, '').split('\n')
  return [
    replacementFault === undefined ? 'write instead:' : `perhaps like this, but ${replacementFault}:`,
    ...lines.map((line) => paint.green(`+ ${shortened(line, maxQuotedLength)}`)),
  ].flatMap((line) => indented(line, 4))
}

function secondLook({ verification }: Finding): string {
  if (!verification) return ''
  return verification.model === undefined
    ? ', without a second look'
    : `, ${verification.verdict} by a second look`
}

/** Everyone who found it: others whose finding was merged into this one, too. */
function finders(finding: Finding, { findings }: Reviewed): string {
  const others = findings.filter(({ verdict }) => verdict.kind === 'merged' && verdict.into === finding.id)
  return [...new Set([finding, ...others].map((found) => terminalLine(finderName(found))))].join(' and ')
}

function painted(severity: Severity, text: string, paint: Paint): string {
  return severity === 'critical' || severity === 'high'
    ? paint.red(text)
    : severity === 'medium'
      ? paint.yellow(text)
      : text
}

function indented(line: string, by: number): string[] {
  return [line === '' ? '' : `${' '.repeat(by)}${line}`]
}
