import { z } from 'zod'
import type { Anchor } from '../diff/file-diff.ts'

export const severity = z.enum(['critical', 'high', 'medium', 'low'])
export type Severity = z.infer<typeof severity>

export const category = z.enum(['bug', 'security', 'concurrency', 'data', 'api', 'performance', 'other'])
export type Category = z.infer<typeof category>

/** Most severe first. */
export const severities = severity.options

/** Who found it: a model in a unit or in the change as a whole, or a rule of a built-in analyser. */
export type FindingSource =
  | { readonly kind: 'model'; readonly model: string; readonly pass?: 'whole-change' }
  | { readonly kind: 'analyser'; readonly analyser: string; readonly rule: string }

export type DropReason =
  | 'unreadable' // the answer held a finding that its schema refuses
  | 'unresolved-tags' // the cited tags do not resolve to one range of lines
  | 'quote-missing' // the quoted evidence does not stand on the cited lines
  | 'outside-diff' // the lines are not part of the change
  | 'not-a-defect' // style, naming, praise, a wish: what is never said, however true
  | 'contradicted' // a cheap look at the text proves it wrong
  | 'refuted' // a second look found that it does not fail
  | 'not-introduced' // it fails, and did so before this change
  | 'unproven' // a second look could not tell, and little is at stake
  | 'below-threshold' // less severe, or less certain, than the settings ask for
  | 'already-said' // an earlier review of this pull request said it on these lines
  | 'declined' // people answered that they will not change it
  | 'muted' // people do not want to hear of this kind

/** What a second look, with more context and told to refute, made of a candidate. */
export interface Verification {
  readonly verdict: 'confirmed' | 'refuted' | 'unsure'
  /** What in the code speaks for it or against it; or why there is no verdict. */
  readonly reason: string
  /** The model that looked; absent when no verdict of it came. */
  readonly model?: string
  /** There is no verdict because money was short. */
  readonly isOverBudget?: true
  /** 0 to 1: how likely it fails as described, from the evidence. Absent with the model. */
  readonly certainty?: number
  /** What the finder had said of its severity: the finding has the one that follows from the evidence. */
  readonly claimed: Severity
}

/** What became of a candidate. Every candidate ends in exactly one of these (I6). */
export type Verdict =
  | { readonly kind: 'posted'; readonly place: 'inline' | 'summary' }
  | { readonly kind: 'merged'; readonly into: string }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly detail: string }

/** A candidate as it was found, before anyone judged it. It becomes a comment once posted. */
export interface Candidate {
  readonly id: string
  readonly source: FindingSource
  readonly path: string
  /** Absent when the citation could not be resolved. */
  readonly anchor?: Anchor
  /** By the finder's word; after a second look, by its consequence. */
  readonly severity: Severity
  readonly category: Category
  readonly title: string
  /** How it fails: input or state → wrong outcome. */
  readonly explanation: string
  /** The text of the cited lines that shows it. Empty for analysers. */
  readonly evidence: string
  /** New text for exactly the anchored lines. */
  readonly replacement?: string
  /** 0 to 1. Analysers say 1. */
  readonly confidence: number
}

/** A candidate with its verdict. */
export interface Finding extends Candidate {
  /** Why the replacement is shown as text and not offered as a suggestion; absent when it can be applied. */
  readonly replacementFault?: string
  readonly verdict: Verdict
  /** Absent where no second look was due: analysers, quick reviews, and what was dropped before. */
  readonly verification?: Verification
  /** 0 to 1: that the author would change something because of it, seen beside all other claims; absent where it was not compared. */
  readonly worth?: number
  /** Names the problem across heads of a pull request: path, rule or category, and the text of the anchored lines, without line numbers. */
  readonly fingerprint: string
}
