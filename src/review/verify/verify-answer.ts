import { z } from 'zod'
import { severity, type Severity } from '../finding.ts'
import { readShare } from '../read-share.ts'

const verdict = z.enum(['confirmed', 'refuted', 'unsure'])
const origin = z.enum(['introduced', 'exposed', 'existing'])

/** The form in which a model is asked to judge the claims of one unit. */
export const verifyAnswer = z.object({
  verdicts: z.array(
    z.object({
      claim: z.number().describe('Its number'),
      reason: z.string().describe('The decisive code, briefly'),
      verdict,
      severity,
      certainty: z.number().describe('0 to 1 that it fails as claimed'),
      origin,
      same_as: z.number().nullable().describe('Number of an earlier claim with the same cause, or null'),
    }),
  ),
})

/** What a model said of one claim. Numbers of claims begin with 1. */
export interface ReadVerdict {
  readonly claim: number
  readonly verdict: z.infer<typeof verdict>
  readonly reason: string
  readonly severity?: Severity
  readonly certainty: number
  readonly origin: z.infer<typeof origin>
  readonly sameAs?: number
}

const MAX_REASON = 2_000

const word = (value: unknown): unknown => (typeof value === 'string' ? value.trim().toLowerCase() : value)

/** What we read is looser than what we ask for. A verdict is needed, and a number to know of what. */
const looseVerdict = z.object({
  claim: z.coerce.number().int().positive(),
  verdict: z.preprocess(word, verdict),
  reason: z
    .string()
    .catch('')
    .transform((reason) => reason.trim().slice(0, MAX_REASON)),
  severity: z.preprocess(word, severity).optional().catch(undefined),
  certainty: z.unknown().optional().transform(readShare),
  origin: z.preprocess(word, origin).catch('introduced'),
  same_as: z.coerce.number().int().positive().optional().catch(undefined),
})

/** How certain a verdict counts that does not say it. */
const UNTOLD_CERTAINTY = 0.5

/**
 * The verdicts of an answer, one for each claim that it judges in a form that can be read; the first where it judges
 * one twice. Who is not among them was not judged.
 */
export function readVerifyAnswer(value: unknown): readonly ReadVerdict[] {
  const entries: unknown =
    typeof value === 'object' && value !== null && 'verdicts' in value ? value.verdicts : value
  if (!Array.isArray(entries)) return []
  const verdicts = new Map<number, ReadVerdict>()
  for (const entry of entries) {
    const read = looseVerdict.safeParse(entry)
    if (!read.success || verdicts.has(read.data.claim)) continue
    const { same_as: sameAs, severity, certainty = UNTOLD_CERTAINTY, ...said } = read.data
    verdicts.set(said.claim, {
      ...said,
      certainty,
      ...(severity !== undefined && { severity }),
      // Only an earlier one may speak for it, so that no two speak for each other.
      ...(sameAs !== undefined && sameAs < said.claim && { sameAs }),
    })
  }
  return [...verdicts.values()]
}
