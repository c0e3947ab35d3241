import type { FileDiff, Hunk } from '../../diff/file-diff.ts'
import { lineNumberOn } from '../../diff/line-number-on.ts'
import type { Question } from '../../llm/model.ts'
import { fencedByBoundary } from '../boundary.ts'
import { describeFile } from '../describe-file.ts'
import type { Candidate } from '../finding.ts'
import { verifyPrompt } from '../prompts/verify-prompt.ts'
import { readVerifyAnswer, verifyAnswer } from './verify-answer.ts'

/** What the author says about the change. */
export interface Intent {
  readonly title: string
  readonly body: string
}

/** What a second look sees: claims about one file, and the evidence. */
export interface VerifyMatter {
  readonly file: FileDiff
  /** The hunks to show, in their order. */
  readonly hunks: readonly Hunk[]
  /** What stands around them, and what they have to do with: as text, without positions. May be empty. */
  readonly context: string
  readonly intent: Intent
}

/** Characters of the author's words that are shown. */
const MAX_TITLE = 200
const MAX_BODY = 500

/**
 * The question for a second look at some claims, numbered from 1 in their order. It tells neither severity nor
 * confidence of the finder, so that the evidence alone decides.
 */
export function verifyQuestion(claims: readonly Candidate[], matter: VerifyMatter): Question {
  const { file, hunks, context, intent } = matter
  const intended = renderIntent(intent)
  const shown = [describeFile(file), ...hunks.map((hunk) => renderHunk(hunk, claims))]
  const claimed = ['Claims:', ...claims.map((claim, index) => renderClaim(claim, index + 1))]
  const body = [...intended, ...shown, ...(context === '' ? [] : [context]), ...claimed].join('\n')
  return {
    purpose: 'verify',
    system: verifyPrompt.system,
    prompt: `${fencedByBoundary(body)}\n\nJudge each claim from 1 to ${claims.length}.`,
    parts: {
      "the author's words": intended.join('\n'),
      hunks: shown.join('\n'),
      context,
      claims: claimed.join('\n'),
    },
    answer: {
      name: 'verdicts',
      description: 'A verdict for each claim',
      schema: verifyAnswer,
      accepts: isVerifyAnswer,
    },
    maxOutputTokens: 8_000,
    stakes: claims.every(isSevere) ? 'high' : 'least',
  }
}

/** What is worth a second look also when money is short. */
export function isSevere({ severity }: Pick<Candidate, 'severity'>): boolean {
  return severity === 'critical' || severity === 'high'
}

function isVerifyAnswer(value: unknown): boolean {
  return readVerifyAnswer(value).length > 0
}

/** The author's words as data: they say what is meant to change, and often much else, so they are cut. */
export function renderIntent({ title, body }: Intent): string[] {
  const words = [cut(title, MAX_TITLE), cut(body, MAX_BODY)].filter((text) => text !== '')
  return words.length === 0 ? [] : [`The author says: ${JSON.stringify(words.join('\n'))}`]
}

function cut(text: string, length: number): string {
  const trimmed = text.trim()
  return trimmed.length > length ? `${trimmed.slice(0, length)}…` : trimmed
}

/** A hunk with the numbers of the claims that point at its lines. */
export function renderHunk(hunk: Hunk, claims: readonly Candidate[]): string {
  const lines = hunk.lines.map((line) => {
    const pointing = claims.flatMap(({ anchor }, index) => {
      const number = anchor && lineNumberOn(line, anchor.side)
      const points = number !== undefined && anchor && number >= anchor.startLine && number <= anchor.endLine
      return points ? [index + 1] : []
    })
    return `${pointing.join(',')}|${SIGN[line.kind]}${line.text}`
  })
  return [`@@ ${hunk.heading}`.trimEnd(), ...lines].join('\n')
}

/** As JSON: the words come from a model that read the change, and stay one line. */
function renderClaim({ title, explanation }: Candidate, number: number): string {
  return `${number}. ${JSON.stringify(`${title}: ${explanation}`)}`
}

const SIGN = { added: '+', removed: '-', context: ' ' } as const
