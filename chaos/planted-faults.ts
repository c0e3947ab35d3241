import { confirmClaims } from '../emulators/llm/confirm-claims.ts'
import type { ScriptedAnswer } from '../emulators/llm/scripted-answer.ts'

/** Unique in the whole history, and without a character that Markdown would have us escape. */
export function faultName(run: number, number: number, head: number, change: number): string {
  return `fault${run}x${number}x${head}x${change}`
}

/** The names of the planted faults that this text mentions, as often as it does. */
export function faultsIn(text: string): string[] {
  return text.match(/\bfault\d+x\d+x\d+x\d+\b/g) ?? []
}

/** A model that finds every planted fault on an added line, and nothing else, and stands by it. */
export function answerWithFaults(prompt: string): ScriptedAnswer {
  const confirmed = confirmClaims(prompt)
  if (confirmed) return confirmed
  const findings = prompt.split('\n').flatMap((shown) => {
    const [, tag = '', line = ''] = /^([^|\s]+)\|\+(.*)$/.exec(shown) ?? []
    const [name] = faultsIn(line)
    if (name === undefined) return []
    return {
      start_tag: tag,
      end_tag: tag,
      severity: 'high',
      category: 'bug',
      title: `The value of ${name} is wrong`,
      failure: 'Whoever reads the value gets another one.',
      evidence: line.trim(),
      replacement: null,
      confidence: 0.9,
    }
  })
  return { kind: 'json', value: { findings } }
}
