import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { deploymentShapes } from './deployment-shapes.ts'
import { openStory, type Story } from './story.ts'

/** A change that has one hunk, and so one question. */
const change = (text: string): Record<string, string> => ({ 'notes.ts': `export const note = '${text}'\n` })

describe.each(deploymentShapes(8))('people change their minds, $shape', ({ env }) => {
  let story: Story
  beforeAll(async () => {
    story = await openStory({
      env: await env(),
      base: { 'notes.ts': "export const note = ''\n" },
      // The model is asked, and never answers.
      answer: (prompt) =>
        prompt.includes('ponder') ? { kind: 'hang' } : { kind: 'json', value: { findings: [] } },
    })
  })
  afterAll(() => story.close())

  /** Opens a pull request over which the model ponders, and waits until it does. */
  async function openPondered(branch: string): Promise<{ number: number; head: string }> {
    const asked = story.llm.requests().length
    const number = await story.open(branch, change(`ponder ${branch}`))
    await vi.waitFor(() => expect(story.llm.requests().length).toBeGreaterThan(asked), { timeout: 20_000 })
    return { number, head: await story.github.head(story.repository, number) }
  }

  async function said(number: number, head: string) {
    return {
      checkRuns: (await story.github.checkRuns(story.repository, head)).map(({ conclusion }) => conclusion),
      reviews: (await story.github.reviews(story.repository, number)).length,
      summaries: (await story.github.issueComments(story.repository, number)).length,
    }
  }
  const nothing = { checkRuns: [], reviews: 0, summaries: 0 }
  const green = { checkRuns: ['success'], reviews: 0, summaries: 0 }

  test('a push breaks off the review of the older head, and is reviewed itself', async () => {
    const { number, head } = await openPondered('pushed')
    const next = await story.push('pushed', change('better'))
    const runs = await story.settled(number, 2)
    expect(runs).toMatchObject([{ state: 'superseded' }, { state: 'completed' }])
    expect(await said(number, head)).toEqual(nothing)
    expect(await said(number, next)).toEqual(green)
  })

  test('a force-push back to a head that was reviewed leaves it at that', async () => {
    const number = await story.open('back', change('reviewed'))
    await story.settled(number)
    const head = await story.github.head(story.repository, number)
    const asked = story.llm.requests().length
    const next = await story.push('back', change('ponder this'))
    await vi.waitFor(() => expect(story.llm.requests().length).toBeGreaterThan(asked), { timeout: 20_000 })
    await story.github.push(story.repository, 'back', head)
    expect(await story.settled(number, 2)).toMatchObject([{ state: 'completed' }, { state: 'superseded' }])
    expect(await said(number, next)).toEqual(nothing)
    expect(await said(number, head)).toEqual(green)
  })

  test.each([
    ['closed', (number: number) => story.github.closePullRequest(story.repository, number)],
    ['made a draft', (number: number) => story.github.convertToDraft(story.repository, number)],
    ['locked', (number: number) => story.github.lock(story.repository, number)],
  ])('when it is %s in mid-review, nothing is said', async (what, move) => {
    const { number, head } = await openPondered(what.replaceAll(' ', '-'))
    await move(number)
    expect(await story.settled(number)).toMatchObject([{ state: 'superseded' }])
    expect(await said(number, head)).toEqual(nothing)
  })

  test('what GitHub could not deliver while we were away is reviewed when we are back, in any order', async () => {
    const { number, next } = await story.whileAway(async () => {
      const number = await story.open('missed', change('first'))
      return { number, next: await story.push('missed', change('second')) }
    })
    await vi.waitFor(async () => expect(await said(number, next)).toEqual(green), { timeout: 30_000 })
    const runs = await story.settled(number)
    expect(runs.filter(({ state }) => state === 'completed')).toHaveLength(1)
  })

  test("every request of ours and every answer of the emulator fitted GitHub's own description", async () => {
    expect(await story.github.violations()).toEqual([])
  })
})
