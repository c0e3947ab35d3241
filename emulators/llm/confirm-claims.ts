import type { ScriptedAnswer } from './scripted-answer.ts'

/**
 * The answer of a model that stands by whatever it is asked to judge, to the questions for a second look and for a
 * comparison; undefined for every other question. `said` changes what it says of each in a second look.
 */
export function confirmClaims(
  prompt: string,
  said: (claim: number) => Readonly<Record<string, string | number | null>> = () => ({}),
): ScriptedAnswer | undefined {
  const compared = countedIn(prompt, /\n\nCompare the claims from 1 to (\d+)\.$/)
  if (compared > 0) {
    const claims = Array.from({ length: compared }, (_, index) => ({
      claim: index + 1,
      same_as: null,
      worth: 0.9,
    }))
    return { kind: 'json', value: { claims } }
  }
  const claims = countedIn(prompt, /\n\nJudge each claim from 1 to (\d+)\.$/)
  if (claims === 0) return undefined
  const verdicts = Array.from({ length: claims }, (_, index) => ({
    claim: index + 1,
    reason: 'Nothing in the code shown rules it out.',
    verdict: 'confirmed',
    severity: 'high',
    certainty: 0.9,
    origin: 'introduced',
    same_as: null,
    ...said(index + 1),
  }))
  return { kind: 'json', value: { verdicts } }
}

function countedIn(prompt: string, counted: RegExp): number {
  return Number(counted.exec(prompt)?.[1] ?? 0)
}
