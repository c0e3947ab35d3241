import type { Decision, DeliveredPullRequest, DeliveryEvent } from './delivery.ts'

/** Which pull requests are left alone. */
export interface DecisionRules {
  readonly reviewDrafts: boolean
  /** Leave pull requests alone that a bot opened. */
  readonly ignoreBots: boolean
  /** A pull request with one of these labels is left alone. Upper and lower case are the same, as on GitHub. */
  readonly ignoreLabels: readonly string[]
}

/** What follows from a delivery: the same for the same delivery, whatever came before it. */
export function decide(event: DeliveryEvent, rules: DecisionRules): Decision {
  switch (event.kind) {
    case 'ping':
      return { kind: 'ignore', reason: 'ping' }
    case 'other':
      return { kind: 'ignore', reason: 'event' }
    case 'installation':
      return { kind: 'note' }
    case 'pull-request':
      // Whoever opened it: what is under way for a closed pull request must stop.
      if (event.action === 'closed') return { kind: 'cancel', reason: 'the pull request was closed' }
      if (event.action === 'edited' && !event.baseChanged) return { kind: 'ignore', reason: 'base-unchanged' }
      return decidePullRequest(event.pullRequest, rules)
  }
}

function decidePullRequest(pullRequest: DeliveredPullRequest, rules: DecisionRules): Decision {
  if (pullRequest.state === 'closed') return { kind: 'ignore', reason: 'closed' }
  if (pullRequest.author.isBot && rules.ignoreBots) return { kind: 'ignore', reason: 'bot' }
  if (pullRequest.draft && !rules.reviewDrafts) return { kind: 'ignore', reason: 'draft' }
  const ignored = new Set(rules.ignoreLabels.map((label) => label.toLowerCase()))
  if (pullRequest.labels.some((label) => ignored.has(label.toLowerCase()))) {
    return { kind: 'ignore', reason: 'label' }
  }
  return { kind: 'review' }
}
