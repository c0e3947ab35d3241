import { expect, test } from 'vitest'
import { webhookExamples } from '../../test/webhook-examples.ts'
import type { DeliveryId } from './delivery.ts'
import { readDelivery, readDeliveryHeaders } from './read-delivery.ts'

const receivedAt = new Date('2026-01-01T00:00:00Z')
const id = '72d3162e-cc78-11e3-81ab-4c9367dc0958' as DeliveryId // GitHub's own example
const read = (name: string, payload: unknown) => readDelivery({ id, name }, payload, receivedAt)

function pullRequest(change: Record<string, unknown> = {}, top: Record<string, unknown> = {}) {
  return {
    action: 'opened',
    repository: { full_name: 'octo/hello' },
    pull_request: {
      number: 7,
      title: 'Say hello',
      user: { login: 'mona', type: 'User' },
      state: 'open',
      draft: false,
      labels: [{ name: 'bug' }],
      head: { sha: 'a'.repeat(40) },
      base: { ref: 'main' },
      updated_at: '2026-01-01T00:00:00Z',
      ...change,
    },
    ...top,
  }
}

function readPullRequest(payload: unknown) {
  const result = read('pull_request', payload)
  if (result.kind !== 'delivery' || result.delivery.event.kind !== 'pull-request') {
    throw new Error(`not read: ${JSON.stringify(result)}`)
  }
  return result.delivery.event
}

test('a pull request is read as far as we use it', () => {
  expect(read('pull_request', pullRequest({}, { installation: { id: 42 } }))).toEqual({
    kind: 'delivery',
    delivery: {
      id,
      name: 'pull_request',
      action: 'opened',
      receivedAt,
      event: {
        kind: 'pull-request',
        action: 'opened',
        baseChanged: false,
        pullRequest: {
          repository: 'octo/hello',
          number: 7,
          installationId: 42,
          title: 'Say hello',
          author: { login: 'mona', isBot: false },
          state: 'open',
          draft: false,
          locked: false,
          labels: ['bug'],
          head: 'a'.repeat(40),
          baseBranch: 'main',
          updatedAt: new Date('2026-01-01T00:00:00Z'),
        },
      },
    },
  })
})

test("every payload of GitHub's published examples is read, and those we act on with their content", () => {
  const asking = ['opened', 'reopened', 'synchronize', 'ready_for_review', 'unlocked', 'edited']
  const acted = [...asking, 'closed', 'converted_to_draft', 'locked']
  const kindOf = (name: string, action: string): string => {
    if (name === 'ping') return 'ping'
    if (name.startsWith('installation')) return 'installation'
    return name === 'pull_request' && acted.includes(action) ? 'pull-request' : 'other'
  }
  expect(webhookExamples.filter(({ name }) => name === 'pull_request')).toHaveLength(29)
  for (const { name, payload } of webhookExamples) {
    const result = read(name, payload)
    if (result.kind !== 'delivery') throw new Error(`${name}: ${result.message}`)
    const action = typeof payload['action'] === 'string' ? payload['action'] : ''
    expect(result.delivery).toMatchObject({ name, action, event: { kind: kindOf(name, action) } })
  }
})

test('installations name their account, wherever GitHub puts it', () => {
  const account = (payload: object) => {
    const result = read('installation_target', { action: 'renamed', ...payload })
    return result.kind === 'delivery' && result.delivery.event.kind === 'installation'
      ? result.delivery.event.account
      : result
  }
  expect(account({ installation: { id: 1, account: { login: 'octo' } } })).toBe('octo')
  expect(account({ installation: { id: 1 }, account: { login: 'octo' } })).toBe('octo')
  expect(account({ installation: { id: 1, account: { slug: 'octo-enterprise' } } })).toBe('octo-enterprise')
})

test('an edit says whether the base branch changed', () => {
  const edited = (changes: object) =>
    readPullRequest(pullRequest({}, { action: 'edited', changes })).baseChanged
  expect(edited({ title: { from: 'old' } })).toBe(false)
  expect(edited({ base: { ref: { from: 'main' }, sha: { from: 'b'.repeat(40) } } })).toBe(true)
})

test('bots are known by type or by name, and a deleted author is the ghost', () => {
  const author = (user: object | null) => readPullRequest(pullRequest({ user })).pullRequest.author
  expect(author({ login: 'renovate', type: 'Bot' })).toEqual({ login: 'renovate', isBot: true })
  expect(author({ login: 'renovate[bot]' })).toEqual({ login: 'renovate[bot]', isBot: true })
  expect(author(null)).toEqual({ login: 'ghost', isBot: false })
})

test('text that PostgreSQL would refuse is replaced, and endless text is cut', () => {
  const hostile = JSON.parse(String.raw`"a\u0000b\ud800c\udc00d😀"`) as string
  const { pullRequest: got } = readPullRequest(
    pullRequest({ title: hostile, base: { ref: hostile }, labels: [{ name: hostile }] }),
  )
  const clean = 'a\uFFFDb\uFFFDc\uFFFDd😀'
  expect([got.title, got.baseBranch, got.labels[0]]).toEqual([clean, clean, clean])
  // 999 letters and half of the first emoji: the half is replaced as well.
  const long = readPullRequest(pullRequest({ title: 'x'.repeat(999) + '😀'.repeat(9) })).pullRequest.title
  expect(long).toBe('x'.repeat(999) + '\uFFFD')
})

test("GitHub's headers name the delivery", () => {
  expect(readDeliveryHeaders({ id, name: 'pull_request' })).toEqual({
    kind: 'named',
    id,
    name: 'pull_request',
  })
})

test.each([
  ['no id', { id: undefined, name: 'ping' }],
  ['an empty id', { id: '', name: 'ping' }],
  ['an id of 10 KB', { id: 'a'.repeat(10_240), name: 'ping' }],
  ['an id with a line feed', { id: 'a\nb', name: 'ping' }],
  ['an id that speaks SQL', { id: "'; drop table jobs; --", name: 'ping' }],
  ['an id that speaks Redis', { id: 'a:b*', name: 'ping' }],
  ['two ids, as Node joins them', { id: `${id}, ${id}`, name: 'ping' }],
  ['no event', { id, name: undefined }],
  ['an event with spaces', { id, name: 'pull request' }],
  ['an event of 10 KB', { id, name: 'a'.repeat(10_240) }],
])('%s is refused as a header', (_, headers) => {
  const result = readDeliveryHeaders(headers)
  expect(result).toMatchObject({ kind: 'refused' })
  expect(JSON.stringify(result).length).toBeLessThan(200)
})

test.each([
  ['null', null, 'the payload'],
  ['a list', [], 'the payload'],
  ['a text', 'opened', 'the payload'],
  ['an action that is no text', { action: 3 }, 'action'],
  ['no pull request', { action: 'opened', repository: { full_name: 'octo/hello' } }, 'pull_request'],
  ['a short commit id', pullRequest({ head: { sha: 'abc' } }), 'pull_request.head.sha'],
  ['a number beyond 2^53', pullRequest({ number: 2 ** 53 }), 'pull_request.number'],
  ['a fraction of a number', pullRequest({ number: 1.5 }), 'pull_request.number'],
  ['no such time', pullRequest({ updated_at: 'yesterday' }), 'pull_request.updated_at'],
  ['a state of its own', pullRequest({ state: 'merged' }), 'pull_request.state'],
  [
    'a path as repository',
    pullRequest({}, { repository: { full_name: '../../etc' } }),
    'repository.full_name',
  ],
  ['labels of nothing', pullRequest({ labels: [null] }), 'pull_request.labels.0'],
])('%s is refused as a shape, and the field is named', (_, payload, field) => {
  const result = read('pull_request', payload)
  expect(result).toMatchObject({ kind: 'refused' })
  expect(result.kind === 'refused' && result.message.startsWith(`${field}: `)).toBe(true)
})

test('a refusal never repeats what came', () => {
  const secret = 'ghp_aaaabbbbccccdddd'
  for (const payload of [
    pullRequest({ head: { sha: secret } }),
    pullRequest({ state: secret }),
    pullRequest({}, { repository: { full_name: secret } }),
    { action: { [secret]: secret } },
  ]) {
    expect(JSON.stringify(read('pull_request', payload))).not.toContain(secret)
  }
})

test('__proto__ keys change nothing', () => {
  const payload = JSON.parse(
    JSON.stringify(pullRequest()).replace(
      '{',
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
    ),
  ) as unknown
  expect(readPullRequest(payload).pullRequest.number).toBe(7)
  expect('polluted' in {}).toBe(false)
})
