import { expect, test } from 'vitest'
import { commitId, repositoryName } from '../github/github.ts'
import { decide, type DecisionRules } from './decide.ts'
import type { DeliveredPullRequest, PullRequestAction } from './delivery.ts'

const rules: DecisionRules = { reviewDrafts: false, ignoreBots: true, ignoreLabels: ['no-review'] }

const open: DeliveredPullRequest = {
  repository: repositoryName.parse('octo/hello'),
  number: 7,
  title: 'Say hello',
  author: { login: 'mona', isBot: false },
  state: 'open',
  draft: false,
  locked: false,
  labels: ['bug'],
  head: commitId.parse('a'.repeat(40)),
  baseBranch: 'main',
  updatedAt: new Date('2026-01-01T00:00:00Z'),
}

function check(
  action: PullRequestAction,
  change: Partial<DeliveredPullRequest> = {},
  more: { readonly baseChanged?: boolean; readonly rules?: Partial<DecisionRules> } = {},
) {
  return decide(
    {
      kind: 'pull-request',
      action,
      baseChanged: more.baseChanged ?? false,
      pullRequest: { ...open, ...change },
    },
    { ...rules, ...more.rules },
  )
}

test.each(['opened', 'reopened', 'synchronize', 'ready_for_review', 'unlocked'] as const)(
  '%s asks for a review',
  (action) => {
    expect(check(action)).toEqual({ kind: 'review' })
  },
)

test('an edit asks for a review only when the base branch changed', () => {
  expect(check('edited', {}, { baseChanged: true })).toEqual({ kind: 'review' })
  expect(check('edited')).toEqual({ kind: 'ignore', reason: 'base-unchanged' })
})

test('closing cancels, also for drafts, bots and labels', () => {
  const change = {
    state: 'closed',
    draft: true,
    labels: ['no-review'],
    author: { login: 'b', isBot: true },
  } as const
  expect(check('closed', change)).toMatchObject({ kind: 'cancel' })
})

test('locking the conversation cancels, and a locked pull request is left alone', () => {
  expect(check('locked', { locked: true })).toMatchObject({ kind: 'cancel' })
  expect(check('synchronize', { locked: true })).toEqual({ kind: 'ignore', reason: 'locked' })
})

test('making it a draft cancels, unless the rules review drafts', () => {
  expect(check('converted_to_draft', { draft: true })).toMatchObject({ kind: 'cancel' })
  const reviewDrafts = { rules: { reviewDrafts: true } }
  expect(check('converted_to_draft', { draft: true }, reviewDrafts)).toEqual({ kind: 'review' })
})

test('a closed pull request is not reviewed, whatever else happens to it', () => {
  expect(check('synchronize', { state: 'closed' })).toEqual({ kind: 'ignore', reason: 'closed' })
  expect(check('edited', { state: 'closed' }, { baseChanged: true })).toEqual({
    kind: 'ignore',
    reason: 'closed',
  })
})

test('drafts are left alone unless the rules say otherwise', () => {
  expect(check('opened', { draft: true })).toEqual({ kind: 'ignore', reason: 'draft' })
  expect(check('opened', { draft: true }, { rules: { reviewDrafts: true } })).toEqual({ kind: 'review' })
})

test('bots are left alone unless the rules say otherwise', () => {
  const author = { login: 'dependabot[bot]', isBot: true }
  expect(check('opened', { author })).toEqual({ kind: 'ignore', reason: 'bot' })
  expect(check('opened', { author }, { rules: { ignoreBots: false } })).toEqual({ kind: 'review' })
})

test('a label leaves it alone, in upper or lower case', () => {
  expect(check('opened', { labels: ['bug', 'No-Review'] })).toEqual({ kind: 'ignore', reason: 'label' })
  expect(check('opened', { labels: ['no-review-please'] })).toEqual({ kind: 'review' })
})

test('installations are noted; ping and all others are ignored', () => {
  const installation = {
    kind: 'installation',
    action: 'created',
    installationId: 1,
    account: 'octo',
  } as const
  expect(decide(installation, rules)).toEqual({ kind: 'note' })
  expect(decide({ kind: 'ping' }, rules)).toEqual({ kind: 'ignore', reason: 'ping' })
  expect(decide({ kind: 'other' }, rules)).toEqual({ kind: 'ignore', reason: 'event' })
})
