import type {
  Decision,
  DeliveredPullRequest,
  DeliveryEvent,
  IgnoreReason,
  PullRequestAction,
} from './delivery.ts'

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
      return decideAction(event.action, event.baseChanged, event.pullRequest, rules)
  }
}

function decideAction(
  action: PullRequestAction,
  baseChanged: boolean,
  pullRequest: DeliveredPullRequest,
  rules: DecisionRules,
): Decision {
  // Whoever opened it: what is under way for a pull request that is closed to us must stop.
  if (action === 'closed') return { kind: 'cancel', reason: 'the pull request was closed' }
  if (action === 'locked') return { kind: 'cancel', reason: 'the conversation was locked' }
  if (action === 'converted_to_draft' && !rules.reviewDrafts) {
    return { kind: 'cancel', reason: 'it was made a draft' }
  }
  if (action === 'edited' && !baseChanged) return { kind: 'ignore', reason: 'base-unchanged' }
  const reason = whyLeftAlone(pullRequest, rules)
  return reason === undefined ? { kind: 'review' } : { kind: 'ignore', reason }
}

/** Why the rules ask for no review of a pull request; undefined when they do. */
function whyLeftAlone(
  { state, locked, author, draft, labels }: DeliveredPullRequest,
  rules: DecisionRules,
): IgnoreReason | undefined {
  if (state === 'closed') return 'closed'
  if (locked) return 'locked'
  if (author.isBot && rules.ignoreBots) return 'bot'
  if (draft && !rules.reviewDrafts) return 'draft'
  return hasIgnoredLabel(labels, rules) ? 'label' : undefined
}

export function hasIgnoredLabel(labels: readonly string[], rules: DecisionRules): boolean {
  const ignored = new Set(rules.ignoreLabels.map((label) => label.toLowerCase()))
  return labels.some((label) => ignored.has(label.toLowerCase()))
}
