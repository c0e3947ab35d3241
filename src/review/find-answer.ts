import { z } from 'zod'
import { category, severity, type Category, type Severity } from './finding.ts'
import { readShare } from './read-share.ts'

/**
 * The form in which a model is asked to answer "find the problems of this unit".
 * Nullable rather than optional: strict JSON schemas want every key.
 */
export const findAnswer = z.object({
  findings: z.array(
    z.object({
      start_tag: z.string().describe('Tag of the first line of the problem'),
      end_tag: z.string().describe('Tag of its last line'),
      severity,
      category,
      title: z.string().describe('The problem in one short sentence, without markup'),
      failure: z.string().describe('Which input or state leads to which wrong outcome'),
      evidence: z.string().describe('The decisive code of the cited lines, word for word, without tags'),
      replacement: z
        .string()
        .nullable()
        .describe('New text for exactly the cited lines, indented; null unless short and certain'),
      confidence: z.number().describe('0 to 1 that it fails like this'),
    }),
  ),
})

/** A finding as the model cited it: the tags are not resolved yet. */
export interface CitedFinding {
  readonly startTag: string
  readonly endTag: string
  readonly severity: Severity
  readonly category: Category
  readonly title: string
  readonly explanation: string
  readonly evidence: string
  readonly replacement?: string
  readonly confidence: number
}

export type ReadFinding =
  | { readonly kind: 'cited'; readonly finding: CitedFinding }
  /** An entry without what a finding needs. `problem` names it; the entry counts as a dropped candidate. */
  | { readonly kind: 'unreadable'; readonly problem: string }

/** Entries of one answer beyond this are not read: an answer of thousands is noise or an attack. They are counted. */
const MAX_FINDINGS = 100
const MAX_TEXT = 4_000
/** How sure a model counts that does not say it. */
const UNTOLD_CONFIDENCE = 0.5

const text = z.string().transform((value) => value.trim().slice(0, MAX_TEXT))
const word = (value: unknown): unknown => (typeof value === 'string' ? value.trim().toLowerCase() : value)

/** What we read is looser than what we ask for: numbers as text, words in capitals, missing extras. */
const looseFinding = z.object({
  start_tag: z.string().transform(cleanTag),
  end_tag: z
    .string()
    .nullish()
    .transform((tag) => (tag ? cleanTag(tag) : undefined)),
  severity: z.preprocess(word, severity),
  category: z.preprocess(word, category).catch('other'),
  title: text.pipe(z.string().min(1)),
  failure: text.pipe(z.string().min(1)),
  evidence: text,
  replacement: z.string().max(MAX_TEXT).nullish().catch(null),
  confidence: z
    .unknown()
    .optional()
    .transform((said) => readShare(said) ?? UNTOLD_CONFIDENCE),
})

/**
 * Reads the parsed answer of a model. Undefined when it has no list of findings at all: the unit then failed,
 * which is never "no findings" (I6). Each entry of the list comes back exactly once, in order.
 */
export function readFindAnswer(value: unknown): readonly ReadFinding[] | undefined {
  const entries: unknown = Array.isArray(value) ? value : findingsMember(value)
  if (!Array.isArray(entries)) return undefined
  return entries.map((entry: unknown, index) => {
    if (index >= MAX_FINDINGS) {
      return { kind: 'unreadable', problem: `the answer names more than ${MAX_FINDINGS} findings` }
    }
    return readEntry(entry)
  })
}

function findingsMember(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'findings' in value ? value.findings : undefined
}

function readEntry(entry: unknown): ReadFinding {
  const read = looseFinding.safeParse(entry)
  if (!read.success) {
    const [issue] = read.error.issues
    return {
      kind: 'unreadable',
      problem: `${issue?.path.join('.') || 'entry'}: ${issue?.message ?? 'unknown form'}`,
    }
  }
  const { start_tag, end_tag, failure, replacement, ...same } = read.data
  return {
    kind: 'cited',
    finding: {
      ...same,
      startTag: start_tag,
      endTag: end_tag ?? start_tag,
      explanation: failure,
      ...(typeof replacement === 'string' && { replacement }),
    },
  }
}

/** Models put tags in brackets or quotes, or copy the `|` behind them. */
function cleanTag(tag: string): string {
  return tag.replaceAll(/[^0-9a-z]/gi, '').toLowerCase()
}
