import { linesOf } from '../diff/lines-of.ts'
import { applyReplacement } from './apply-replacement.ts'
import type { ChangedText } from './change.ts'
import type { CheckSyntax, SourceText } from './check-syntax.ts'
import type { Finding } from './finding.ts'

/** A replacement that fits in, as far as one can tell without a parser; with the whole file before and after it. */
interface Claim {
  readonly finding: Finding
  readonly before: SourceText
  readonly after: SourceText
}

/**
 * Proves the replacements of what will be posted by applying each in memory: the file must be as the diff showed it,
 * indentation and brackets must fit in, and a file that parsed must still parse. One that fails is kept, with the
 * reason in `replacementFault`: it is shown as text, which nobody applies by a click. Of a file whose content is not
 * known only the lines themselves are judged.
 */
export async function proveSuggestions(
  findings: readonly Finding[],
  files: readonly ChangedText[],
  checkSyntax: CheckSyntax,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const byPath = new Map(files.map((file) => [file.diff.path, file]))
  const faults = new Map<string, string>()
  const claims: Claim[] = []
  for (const finding of findings) {
    const { verdict, path, replacement } = finding
    const file = byPath.get(path)
    if (verdict.kind !== 'posted' || replacement === undefined || !file) continue
    const fault = unfit(finding, replacement, file)
    const claim = fault === undefined ? claimOf(finding, replacement, file) : undefined
    if (fault !== undefined) faults.set(finding.id, fault)
    else if (claim) claims.push(claim)
  }
  for (const { id } of await broken(claims, checkSyntax, signal)) {
    faults.set(id, 'with it the file would not parse')
  }
  return findings.map((finding) => {
    const replacementFault = faults.get(finding.id)
    return replacementFault === undefined ? finding : { ...finding, replacementFault }
  })
}

/** What is wrong with a replacement that no parser is needed to see. */
function unfit(finding: Finding, replacement: string, { diff, content }: ChangedText): string | undefined {
  const { anchor } = finding
  if (!anchor) return 'it stands on no lines'
  const shown = linesOf(diff, anchor)
    .map(({ text }) => text.replace(/\r$/, ''))
    .join('\n')
  const applied = content === undefined ? undefined : applyReplacement(content, anchor, replacement)
  if (content !== undefined && applied?.replaced !== shown) return 'the file is not as the diff shows it'
  if (indentation(shown) !== indentation(replacement)) return 'its indentation is another'
  return bracketBalance(shown) === bracketBalance(replacement)
    ? undefined
    : 'it opens or closes other brackets than the lines it replaces'
}

function claimOf(finding: Finding, replacement: string, { content }: ChangedText): Claim | undefined {
  const { anchor, path } = finding
  const applied = content !== undefined && anchor && applyReplacement(content, anchor, replacement)
  if (!applied) return undefined
  return { finding, before: { path, text: content }, after: { path, text: applied.text } }
}

/** Findings whose replacement breaks a file that parsed without it. One that was broken before proves nothing. */
async function broken(
  claims: readonly Claim[],
  checkSyntax: CheckSyntax,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (claims.length === 0) return []
  const befores = new Map(claims.map(({ before }) => [before.path, before]))
  const results = await checkSyntax([...befores.values(), ...claims.map(({ after }) => after)], signal)
  const parsed = new Set([...befores.keys()].filter((_path, index) => results[index] === 'parses'))
  return claims
    .filter(({ after }, index) => parsed.has(after.path) && results[befores.size + index] === 'broken')
    .map(({ finding }) => finding)
}

/** Of the first line that is not blank. */
function indentation(text: string): string | undefined {
  return /^[ \t]*(?=\S)/m.exec(text)?.[0]
}

const STEP: Readonly<Record<string, number>> = { '(': 1, '[': 1, '{': 1, ')': -1, ']': -1, '}': -1 }

/**
 * Brackets left open, by kind. A tokeniser would know strings and comments; here a bracket in a string that comes or
 * goes makes a good replacement plain text, which harms nobody.
 */
function bracketBalance(text: string): string {
  const open = { '(': 0, '[': 0, '{': 0 }
  const kinds = { '(': '(', ')': '(', '[': '[', ']': '[', '{': '{', '}': '{' } as const
  for (const [bracket] of text.matchAll(/[()[\]{}]/g)) {
    // The expression matches these six alone.
    open[kinds[bracket as keyof typeof kinds]] += STEP[bracket] ?? 0
  }
  return Object.values(open).join(' ')
}
