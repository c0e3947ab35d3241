import type { FileFacts } from './checks/check.ts'
import { claimsSyntaxError } from './checks/claims-syntax-error.ts'
import { claimsUndefined } from './checks/claims-undefined.ts'
import { claimsUnused } from './checks/claims-unused.ts'
import { namesNothingHere } from './checks/names-nothing-here.ts'
import { notADefect } from './checks/not-a-defect.ts'
import { untouched } from './checks/untouched.ts'
import { fingerprint } from './fingerprint.ts'
import type { Candidate } from './finding.ts'
import type { GroundedCandidate } from './ground.ts'
import type { Dropped, Examined } from './judge/policy.ts'

/** What was settled about a pull request before this review, by fingerprint. */
export type Settled = ReadonlyMap<string, 'already-said' | 'declined' | 'muted'>

const settledWords = {
  'already-said': 'an earlier review said it on these lines',
  declined: 'people answered an earlier comment that it stays as it is',
  muted: 'people do not want to hear of this here',
} as const

const contradictions = [claimsSyntaxError, claimsUndefined, claimsUnused]

/**
 * The look that costs nothing: refuses what is not grounded, was settled before, is of a kind that is never said, or is
 * proven wrong by the text. What passes deserves a second look. `file` is absent for candidates about no known file.
 */
export function examine(
  { candidate, grounding }: GroundedCandidate,
  file: FileFacts | undefined,
  settled: Settled,
): Examined {
  const name = fingerprint(candidate, file?.diff)
  const refusal = refuse()
  return { candidate, fingerprint: name, ...(refusal && { refusal }) }

  function refuse(): Dropped | undefined {
    if (grounding.kind === 'dropped') return dropped(grounding.reason, grounding.detail)
    const before = settled.get(name)
    if (before !== undefined) return dropped(before, settledWords[before])
    const { source } = candidate
    return source.kind === 'model' && file
      ? refuseClaim(candidate, file, source.pass === 'whole-change')
      : undefined
  }
}

/**
 * A model claims, where an analyser's rule has the proof. What is claimed across files names what stands in others, and
 * may show on lines that only another file's change breaks: the file alone cannot disprove that.
 */
function refuseClaim(claim: Candidate, file: FileFacts, isAcrossFiles: boolean): Dropped | undefined {
  const kind = notADefect(claim)
  if (kind !== undefined) return dropped('not-a-defect', kind)
  const before = isAcrossFiles ? undefined : untouched(claim, file)
  if (before !== undefined) return dropped('not-introduced', before)
  for (const check of isAcrossFiles ? contradictions : [...contradictions, namesNothingHere]) {
    const detail = check(claim, file)
    if (detail !== undefined) return dropped('contradicted', detail)
  }
  return undefined
}

function dropped(reason: Dropped['reason'], detail: string): Dropped {
  return { kind: 'dropped', reason, detail }
}
