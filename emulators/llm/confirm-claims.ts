import type { ScriptedAnswer } from './scripted-answer.ts'

/**
 * The answer of a model that confirms whatever it is asked to judge, to the question for a second look; undefined for
 * every other question. `said` changes what it says of each.
 */
export function confirmClaims(
  prompt: string,
  said: (claim: number) => Readonly<Record<string, string | number | null>> = () => ({}),
): ScriptedAnswer | undefined {
  const claims = Number(/\n\nJudge each claim from 1 to (\d+)\.$/.exec(prompt)?.[1] ?? 0)
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
