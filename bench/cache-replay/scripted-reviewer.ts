import { createHash } from 'node:crypto'
import { confirmClaims } from '../../emulators/llm/confirm-claims.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'

/** One added line in so many is called a defect, at most so many of one question. */
const ONE_IN = 32
const MOST = 4

/**
 * A model whose answer follows from the lines that it is shown alone: it finds something in some of the added ones, and
 * stands by it when asked again. So equal questions have equal answers, and second looks are asked for as often as real ones.
 */
export function answerByLines(prompt: string): ScriptedAnswer {
  const confirmed = confirmClaims(prompt)
  if (confirmed) return confirmed
  const findings = prompt.split('\n').flatMap((shown) => {
    const [, tag = '', text = ''] = /^([^|\s]+)\|\+(.*)$/.exec(shown) ?? []
    const line = text.trim()
    const digest = createHash('sha256').update(line).digest()
    if (tag === '' || line.length < 8 || digest.readUInt16BE() % ONE_IN !== 0) return []
    return {
      start_tag: tag,
      end_tag: tag,
      severity: 'high',
      category: 'bug',
      title: `This line is wrong: ${digest.toString('hex').slice(0, 8)}`,
      failure: 'Whoever comes here gets another value.',
      evidence: line,
      replacement: null,
      confidence: 0.9,
    }
  })
  return { kind: 'json', value: { findings: findings.slice(0, MOST) } }
}
