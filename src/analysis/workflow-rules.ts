import type { RuleTable } from './rule.ts'

/** What we say about GitHub workflows. actionlint has kinds of problems, not rules, so the names are ours. */
export const workflowRules: RuleTable = {
  'script-injection': {
    severity: 'critical',
    category: 'security',
    title: 'Text that anyone can write becomes part of a script',
    explanation:
      'The expression is pasted into the script before the shell reads it: a title or branch name such as `"; curl … | sh #` runs as a command, with the secrets of the workflow. Pass it as an environment variable and quote that.',
  },
  'broken-expression': {
    severity: 'high',
    category: 'bug',
    title: 'The expression cannot be evaluated',
    explanation: 'GitHub refuses the workflow because of this expression: none of its jobs run.',
  },
  'unknown-context-value': {
    severity: 'medium',
    category: 'bug',
    title: 'The expression reads a value that does not exist',
    explanation:
      'No step, job or input has this name, so the expression is an empty text, and what depends on it goes wrong in silence.',
  },
  'condition-always-true': {
    severity: 'high',
    category: 'bug',
    title: 'The condition is always true',
    explanation:
      'With text around `${{ }}` the whole is a text that is not empty, and that counts as true: the condition holds nothing back.',
  },
  'unknown-job': {
    severity: 'high',
    category: 'bug',
    title: 'The job needs a job that does not exist',
    explanation: 'GitHub refuses the workflow because `needs` names no job of it: none of its jobs run.',
  },
}

/** Our name for a problem of actionlint; undefined for the ones that we do not report (style, old versions, unknown labels). */
export function workflowRule(kind: string, message: string): string | undefined {
  if (kind === 'if-cond' && message.includes('always evaluated to true')) return 'condition-always-true'
  if (kind === 'job-needs' && message.includes('does not exist')) return 'unknown-job'
  if (kind !== 'expression') return undefined
  if (message.includes('is potentially untrusted')) return 'script-injection'
  if (/^property "[^"]*" is not defined in object type/.test(message))
    // The `github` context grows faster than any list of its members.
    return message.includes('repositoryurl:') ? undefined : 'unknown-context-value'
  if (/while (?:lexing|parsing)|^undefined (?:variable|function)/.test(message)) return 'broken-expression'
  return undefined
}
