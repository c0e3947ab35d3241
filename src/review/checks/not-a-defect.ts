import type { Candidate } from '../finding.ts'

/** What a title begins with, or is about, that is never said (docs/decisions/0016): however true, it is no defect. */
const neverSaid: readonly (readonly [why: string, pattern: RegExp])[] = [
  ['praise', /^(?:good|nice|great|well|lgtm|looks good)\b/i],
  [
    'a wish',
    /^(?:consider|prefer|suggest|maybe|perhaps|could|you (?:may|might|could)|it (?:may|might|would) be)\b/i,
  ],
  [
    'missing tests',
    /\b(?:missing|add|no|lacks?|needs?|insufficient|without) (?:unit |integration |regression )?(?:tests?|test coverage|test cases?)\b/i,
  ],
  [
    'missing comments or documentation',
    /\b(?:missing|add|no|lacks?|needs?|update|outdated|misleading|unclear) (?:a |the )?(?:docstrings?|(?:code |doc |inline )?comments?(?! (?:are|is|were) )|documentation|jsdoc|javadoc|readme|changelog|type (?:hints?|annotations?))\b/i,
  ],
  [
    'naming',
    /\b(?:naming (?:convention|inconsisten\w*|style)|(?:inconsistent|unclear|confusing|misleading|poor) nam(?:e|es|ing)|should be (?:re)?named|rename (?:the )?)/i,
  ],
  [
    'formatting',
    /(?:^|\b(?:code|inconsistent|source) )formatting\b|\b(?:indentation style|white ?space|line length|line too long|trailing (?:space|newline)|import order|code style|stylistic)\b/i,
  ],
  ['a spelling mistake', /\b(?:typo|misspell\w*|spelling|grammar)\b/i],
  [
    'taste',
    /\b(?:readability|maintainability|magic (?:number|string)s?|duplicat(?:ed?|ion) (?:code|logic)|code duplication|could be (?:simplified|refactored|extracted|shorter)|refactor(?:ing)?\b|redundant (?:type|code|check|comment|annotation)|unnecessarily (?:complex|verbose))\b/i,
  ],
]

/** Words of an outcome that somebody meets: a claim that has one is judged by its evidence, whatever else it says. */
const outcome =
  /\b(?:crash\w*|throws?|thrown|raises?d?|exception|error|panic\w*|undefined|null|none|nan|wrong|incorrect\w*|fails?|failed|failure|never|always|lost|loses?|lose|leak\w*|corrupt\w*|overwrit\w*|deadlock\w*|race\w*|hang\w*|infinite|injection|bypass\w*|unauthori[sz]ed|exposes?d?|duplicate (?:record|row|entr)\w*|breaks?|broken|ignore[sd]?|omit\w*|skip\w*|drop(?:s|ped)|stale|empty|mismatch\w*|unreachable|not (?:called|found|awaited|applied|saved|closed|released|set))\b/i

/** Why a claim is of the kind that is never said; undefined when it names an outcome, or is of no such kind. */
export function notADefect({
  title,
  explanation,
}: Pick<Candidate, 'title' | 'explanation'>): string | undefined {
  const found = neverSaid.find(([, pattern]) => pattern.test(title))
  if (!found || outcome.test(title) || outcome.test(explanation)) return undefined
  return `${found[0]}, and no outcome that fails`
}
