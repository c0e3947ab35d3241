import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { deploymentShapes } from './deployment-shapes.ts'
import { findingOn, openStory, type Story } from './story.ts'

const CART = `export function total(items: readonly { price: number }[]): number {
  let sum = 0
  for (const item of items) {
    sum += item.price
  }
  return sum
}
`
const MISTAKE = '  for (let index = 0; index < items.length - 1; index++) {'
const WRONG_CART = CART.replace(
  '  for (const item of items) {\n    sum += item.price',
  `${MISTAKE}\n    sum += items[index].price`,
)
/** Counted by eye in the text above. */
const MISTAKE_LINE = 3

const shapes = deploymentShapes(7)

describe.each(shapes)('with a model, $shape', ({ env }) => {
  let story: Story
  beforeAll(async () => {
    story = await openStory({
      env: { ...(await env()), PUBLIC_URL: 'https://reviews.example.com/' },
      base: { 'cart.ts': CART, 'README.md': '# Shop\n' },
      answer: (prompt) =>
        prompt.includes('// mumble')
          ? { kind: 'text', text: 'Looks good to me.' }
          : findingOn(prompt, MISTAKE.trim()),
    })
  })
  afterAll(() => story.close())

  test('a mistake gets one comment on its line, in one review, and a check that is not green', async () => {
    const number = await story.open('wrong-cart', { 'cart.ts': WRONG_CART })
    expect(await story.settled(number)).toMatchObject([{ state: 'completed' }])
    expect(await story.github.comments(story.repository, number)).toMatchObject([
      {
        path: 'cart.ts',
        line: MISTAKE_LINE,
        side: 'RIGHT',
        body: expect.stringContaining('The last item is left out') as string,
      },
    ])
    expect(await story.github.reviews(story.repository, number)).toHaveLength(1)
    const head = await story.github.head(story.repository, number)
    expect(await story.github.checkRuns(story.repository, head)).toMatchObject([
      { name: 'Lorgnette', status: 'completed', conclusion: 'neutral' },
    ])
    // Everything was said inline: no summary is needed.
    expect(await story.github.issueComments(story.repository, number)).toEqual([])
  })

  test('the check links to the page of its run', async () => {
    const head = await story.github.head(story.repository, 1)
    const [{ detailsUrl } = {}] = await story.github.checkRuns(story.repository, head)
    expect(detailsUrl).toMatch(/^https:\/\/reviews\.example\.com\/runs\/[0-9a-f-]{36}$/)
    const page = await fetch(`${story.url}${new URL(detailsUrl ?? '').pathname}`)
    expect(await page.text()).toContain('The last item is left out')
  })

  test('a clean change gets silence and a green check', async () => {
    const number = await story.open('clean', { 'cart.ts': CART.replace('let sum = 0', 'let sum = 0.0') })
    await story.settled(number)
    expect(await story.github.reviews(story.repository, number)).toEqual([])
    expect(await story.github.issueComments(story.repository, number)).toEqual([])
    const head = await story.github.head(story.repository, number)
    expect(await story.github.checkRuns(story.repository, head)).toMatchObject([{ conclusion: 'success' }])
  })

  test('a redelivery, and the same event under another id, change nothing', async () => {
    const number = await story.open('again', { 'cart.ts': WRONG_CART })
    await story.settled(number)
    const delivery = (await story.github.deliveries()).at(-1)
    await story.github.redeliver(delivery?.id ?? 0)
    await story.github.closePullRequest(story.repository, number)
    await story.github.reopen(story.repository, number)
    expect(await story.settled(number)).toHaveLength(1)
    expect(await story.github.reviews(story.repository, number)).toHaveLength(1)
  })

  test('a push is reviewed, and what stands there already is not said again', async () => {
    const number = await story.open('pushed', { 'cart.ts': WRONG_CART })
    await story.settled(number)
    const next = await story.push('pushed', { 'cart.ts': `// The cart.\n${WRONG_CART}` })
    expect(await story.settled(number, 2)).toMatchObject([{ state: 'completed' }, { state: 'completed' }])
    expect(await story.github.reviews(story.repository, number)).toHaveLength(1)
    expect(await story.github.checkRuns(story.repository, next)).toMatchObject([
      { conclusion: 'neutral', title: expect.stringContaining('1 said earlier still there') as string },
    ])
  })

  test('a write that landed and whose answer was lost is found again, and not repeated', async () => {
    await story.github.fail({ kind: 'after', answer: 502, method: 'POST', path: '/pulls/\\d+/reviews$' })
    const number = await story.open('lost-answer', { 'cart.ts': WRONG_CART })
    expect(await story.settled(number)).toMatchObject([{ state: 'completed' }])
    expect(await story.github.reviews(story.repository, number)).toHaveLength(1)
  })

  test('when GitHub refuses the lines, the finding is said in the summary', async () => {
    const refusal = { message: 'Unprocessable Entity', errors: ['Line could not be resolved'] }
    await story.github.fail({
      kind: 'status',
      status: 422,
      body: refusal,
      method: 'POST',
      path: '/pulls/\\d+/reviews$',
      times: 2,
    })
    const number = await story.open('refused', { 'cart.ts': WRONG_CART })
    await story.settled(number)
    expect(await story.github.reviews(story.repository, number)).toEqual([])
    const [summary] = await story.github.issueComments(story.repository, number)
    expect(summary?.body).toContain('The last item is left out')
    expect(summary?.body).toContain(`cart.ts:${MISTAKE_LINE}`)
  })

  test('an answer that cannot be used leaves its hunks unread, by name, and nothing is green', async () => {
    const number = await story.open('garbage', {
      'cart.ts': CART.replace('item.price', 'item.price // mumble'),
    })
    await story.settled(number)
    const head = await story.github.head(story.repository, number)
    expect(await story.github.checkRuns(story.repository, head)).toMatchObject([
      { conclusion: 'neutral', title: expect.stringContaining('read 0 of 1 hunk') as string },
    ])
    const [summary] = await story.github.issueComments(story.repository, number)
    expect(summary?.body).toMatch(/cart\.ts.*the answer was garbage/)
  })

  test('a draft is ignored until it is ready, and a bot always', async () => {
    const draft = await story.open('draft', { 'cart.ts': WRONG_CART }, { draft: true })
    const bots = await story.open('bot', { 'cart.ts': WRONG_CART }, { author: 'bump[bot]' })
    expect(await story.github.deliveries()).toEqual(
      expect.arrayContaining([expect.objectContaining({ status: 'OK' })]),
    )
    await story.github.markReady(story.repository, draft)
    expect(await story.settled(draft)).toMatchObject([{ state: 'completed' }])
    expect(await story.github.reviews(story.repository, bots)).toEqual([])
  })

  test('a review that failed says so, and is done when somebody reopens the pull request', async () => {
    story.llm.answerNext({ kind: 'fault', fault: 'bad-request' })
    const number = await story.open('failed', { 'cart.ts': `${WRONG_CART}// A commit of its own.\n` })
    expect(await story.settled(number)).toMatchObject([{ state: 'failed' }])
    const head = await story.github.head(story.repository, number)
    expect(await story.github.checkRuns(story.repository, head)).toMatchObject([{ conclusion: 'failure' }])

    await story.github.closePullRequest(story.repository, number)
    await story.github.reopen(story.repository, number)
    await vi.waitFor(
      async () => {
        expect(await story.settled(number)).toMatchObject([{ state: 'completed' }])
      },
      { timeout: 15_000 },
    )
    expect(await story.github.comments(story.repository, number)).toHaveLength(1)
    expect(await story.github.checkRuns(story.repository, head)).toMatchObject([{ conclusion: 'neutral' }])
  })

  test("every request of ours and every answer of the emulator fitted GitHub's own description", async () => {
    expect(await story.github.violations()).toEqual([])
  })
})
