import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openLlmEmulator, type LlmEmulator } from '../emulators/llm/llm-emulator.ts'
import type { LlmQuestion } from '../emulators/llm/wire-format.ts'
import { checkSyntax } from '../src/analysis/check-syntax.ts'
import { scanSecrets } from '../src/analysis/secret-scanner.ts'
import { systemClock } from '../src/base/clock.ts'
import { randomIds } from '../src/base/ids.ts'
import type { AnswerCacheUnderTest } from '../src/cache/answer-cache.contract.ts'
import { cachedModels } from '../src/cache/model.cached.ts'
import { readLocalChange } from '../src/git/local-change.ts'
import { openModel } from '../src/llm/model.ai-sdk.ts'
import { sharedModel } from '../src/llm/model-source.ts'
import type { Change } from '../src/review/change.ts'
import { createReviewChange, type ReviewResult } from '../src/review/review-change.ts'
import { defaultReviewSettings, type ReviewSettings } from '../src/review/review-settings.ts'
import { testCaches } from './answer-caches.ts'
import { openScratchRepository, type ScratchRepository } from './scratch-repository.ts'

/*
 * The real engine on real commits, with the model behind the cache: what costs a question again, and what must not.
 * The engine decides what stands in a question, so this is what keeps its questions free of anything volatile.
 */

const never = new AbortController().signal
const scope = { tenant: '77', repository: 'octo/shop', pullRequest: 3, runId: 'one' }
const kind = testCaches().find(({ missing }) => missing === undefined)

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, line) => `export const ${name}${line} = ${line}`)

/** A file in which hunks far from each other can be changed. */
const cart = (changed: Readonly<Record<number, string>> = {}): string =>
  `${numbered('cart', 80)
    .map((line, index) => changed[index] ?? line)
    .join('\n')}\n`
const mean = 'export const mean = (rows) => rows.sum / rows.length'

let repository: ScratchRepository
let emulator: LlmEmulator
let caching: AnswerCacheUnderTest
let asked: LlmQuestion[]

const verdict = {
  claim: 1,
  reason: 'It divides by a length that may be 0.',
  verdict: 'confirmed',
  severity: 'high',
  certainty: 0.9,
  origin: 'introduced',
  same_as: null,
}

const readPrice = {
  tool: 'read_range',
  path: 'src/price.js',
  from: 1,
  to: 3,
  text: null,
  glob: null,
  why: 'what a price is',
}

/** Finds something on the first added line of each unit, and another time something else: a real model never answers the same twice. */
function answerTo({ prompt }: LlmQuestion): object {
  if (prompt.includes('Judge each claim')) return { verdicts: [verdict] }
  if (prompt.includes('Compare the claims')) return { claims: [{ claim: 1, same_as: null, worth: 0.9 }] }
  // About the whole change: looks at two files, one after the other.
  if (prompt.includes('(5 more answers')) return { findings: [], tool_calls: [readPrice] }
  if (prompt.includes('(4 more answers'))
    return { findings: [], tool_calls: [{ ...readPrice, path: 'README.md' }] }
  if (prompt.includes('(3 more answers')) return { findings: [], tool_calls: [] }
  const [, tag = '', text = ''] = /^(\w+)\|\+(.+)$/m.exec(prompt) ?? []
  const finding = {
    start_tag: tag,
    end_tag: tag,
    severity: 'high',
    category: 'bug',
    title: `Problem ${asked.length}`,
    failure: 'No rows → NaN.',
    evidence: text,
    replacement: null,
    confidence: 0.9,
  }
  return { findings: tag === '' ? [] : [finding] }
}

beforeAll(async () => {
  if (!kind) throw new Error('there is no cache')
  caching = await kind.open()
})
afterAll(() => caching.close())

beforeEach(async () => {
  asked = []
  emulator = await openLlmEmulator({
    answer: (question) => {
      asked.push(question)
      return { kind: 'json', value: JSON.parse(JSON.stringify(answerTo(question))) as never } // an object of ours
    },
  })
  repository = openScratchRepository()
  repository.write('src/cart.js', cart())
  repository.write('src/price.js', `${numbered('price', 40).join('\n')}\n`)
  repository.write('README.md', 'A shop.\n')
  repository.commit()
  repository.git('checkout', '--quiet', '-b', 'feature')
  repository.write('src/cart.js', cart({ 40: mean }))
  repository.write('src/total.js', 'export const total = (rows) => rows.reduce((a, b) => a + b)\n')
  repository.commit()
})
afterEach(async () => {
  repository.close()
  await emulator.close()
  await caching.clear()
})

async function review(
  change: Change,
  model = 'emulated',
  run = scope,
  effort: ReviewSettings['effort'] = 'standard',
): Promise<ReviewResult> {
  const { baseUrl } = emulator
  const inner = openModel({ provider: 'openai-compatible', model, baseUrl, timeoutMs: 20_000, apiKey: 'k' })
  const reviewChange = createReviewChange({
    models: cachedModels(sharedModel(inner), {
      cache: caching.cache,
      asked: { provider: 'openai-compatible', model, baseUrl, parameters: {} },
      scope: 'installation',
      ttlMs: 600_000,
      clock: systemClock,
      random: Math.random,
      observer: { lookup: () => undefined, badEntry: () => undefined, error: () => undefined },
    }),
    analysers: [],
    scanSecrets,
    checkSyntax,
    settings: { ...defaultReviewSettings, effort },
    clock: systemClock,
    newId: randomIds,
  })
  return await reviewChange(change, run, { event: () => undefined, call: () => undefined }, never)
}

/** The branch as a pull request, whose title and body are its own, whatever its commits are called. */
async function read(base = 'main', head = 'feature'): Promise<Change> {
  const change = await readLocalChange({ folder: repository.folder, base, head }, never)
  return { ...change, title: 'Add a mean', body: 'As discussed.' }
}

/** What a reader sees of a review: not the ids, which each run makes anew. */
const said = ({ findings }: ReviewResult): object[] =>
  findings.map(({ id: _id, ...finding }) => finding).toSorted((a, b) => (a.path < b.path ? -1 : 1))

/** Reviews the branch, and then what became of it; returns how many questions the second review paid for. */
async function paidAgain(change: () => Promise<Change>): Promise<number> {
  await review(await read())
  expect(asked.length).toBeGreaterThan(0)
  const before = asked.length
  await review(await change())
  return asked.length - before
}

test('a review from the cache says what the one says that it replaces, and counts as read from the cache', async () => {
  const change = await read()
  const first = await review(change)
  const again = await review(change)
  expect(said(first)).toHaveLength(2)
  expect(said(again)).toEqual(said(first))
  expect(first.receipt.hunks).toMatchObject({ read: 2, 'from-cache': 0 })
  expect(again.receipt.hunks).toMatchObject({ read: 0, 'from-cache': 2 })
})

describe('costs nothing again', () => {
  /** Work on the base branch while the pull request is open. */
  function workOnMain(write: () => void): void {
    repository.git('checkout', '--quiet', 'main')
    write()
    repository.commit()
    repository.git('checkout', '--quiet', 'feature')
  }

  const irrelevant: Readonly<Record<string, () => Change | Promise<Change>>> = {
    'the pull request reopened': () => read(),
    'a force-push with the same content': () => {
      repository.git('commit', '--quiet', '--amend', '--reset-author', '--message', 'another message')
      return read()
    },
    'two commits squashed into one': () => {
      repository.git('reset', '--quiet', '--soft', 'main')
      repository.commit()
      return read()
    },
    'a rebase onto work on another file': () => {
      workOnMain(() => repository.write('src/price.js', `${numbered('price', 50).join('\n')}\n`))
      repository.git('rebase', '--quiet', 'main')
      return read()
    },
    'a rebase onto lines added above the hunk': () => {
      workOnMain(() => repository.write('src/cart.js', `${numbered('new', 7).join('\n')}\n${cart()}`))
      repository.git('rebase', '--quiet', 'main')
      return read()
    },
    'a rebase onto lines removed above the hunk': () => {
      workOnMain(() => repository.write('src/cart.js', cart().split('\n').slice(5).join('\n')))
      repository.git('rebase', '--quiet', 'main')
      return read()
    },
    'a cherry-pick to another branch': () => {
      repository.git('checkout', '--quiet', '-b', 'release', 'main')
      repository.write('src/price.js', `${numbered('released', 40).join('\n')}\n`)
      repository.commit()
      repository.git('checkout', '--quiet', '-b', 'backport')
      repository.git('cherry-pick', 'feature')
      return read('release', 'backport')
    },
    'files in another order': async () => {
      const change = await read()
      return { ...change, files: change.files.toReversed() }
    },
    'another name of the change': async () => ({ ...(await read()), name: 'octo/shop#4' }),
  }
  test.each(Object.keys(irrelevant))('%s', async (what) => {
    expect(await paidAgain(async () => (await irrelevant[what]?.()) ?? read())).toBe(0)
  })

  test('the same change in a second pull request of the same installation', async () => {
    await review(await read())
    const before = asked.length
    const other = { ...scope, repository: 'octo/fork', pullRequest: 9, runId: 'two' }
    const { receipt } = await review(await read(), 'emulated', other)
    expect(asked.length).toBe(before)
    expect(receipt.hunks.read).toBe(0)
  })
})

describe('is asked again', () => {
  const relevant: Readonly<Record<string, () => void>> = {
    'one changed line': () => repository.write('src/cart.js', cart({ 40: `${mean} || 0` })),
    'white space in a changed line': () => repository.write('src/cart.js', cart({ 40: ` ${mean}` })),
    'a changed line beside the hunk': () => repository.write('src/cart.js', cart({ 40: mean, 42: '' })),
    'another name of the file': () => repository.git('mv', 'src/total.js', 'src/sum.js'),
    'a further file': () => repository.write('src/tax.js', 'export const tax = (price) => price * rate\n'),
  }
  test.each(Object.keys(relevant))('%s, and nothing but the unit it stands in', async (what) => {
    const paid = await paidAgain(() => {
      relevant[what]?.()
      repository.commit()
      return read()
    })
    // One question to find, a second look at what was found, and the comparison of all that is claimed.
    expect(paid).toBe(3)
  })

  test('other words about the change: the second looks and the comparison alone, which read them', async () => {
    const title = 'Mean of the rows'
    const paid = await paidAgain(async () => ({ ...(await read()), title }))
    expect(paid).toBe(3)
    expect(asked.slice(-3).every(({ prompt }) => prompt.includes(title))).toBe(true)
  })

  test('by another model', async () => {
    await review(await read())
    const before = asked.length
    await review(await read(), 'another')
    expect(asked.length).toBe(2 * before)
  })

  test('for another installation', async () => {
    await review(await read())
    const before = asked.length
    await review(await read(), 'emulated', { ...scope, tenant: '78' })
    expect(asked.length).toBe(2 * before)
  })
})

describe('a conversation about the whole change', () => {
  const deep = (change: Change): Promise<ReviewResult> => review(change, 'emulated', scope, 'deep')
  const aboutWhole = (from: number): string[] =>
    asked.slice(from).flatMap(({ prompt }) => /\((\d) more answers/.exec(prompt)?.[1] ?? [])

  test('replays to its end for nothing', async () => {
    const first = await deep(await read())
    expect(aboutWhole(0)).toEqual(['5', '4', '3'])
    const before = asked.length
    const again = await deep(await read())
    expect(asked.length).toBe(before)
    expect(said(again)).toEqual(said(first))
    expect(again.receipt.wholeChange).toEqual({ outcome: 'read', questions: 3, toolCalls: 2, notShown: [] })
  })

  test('is paid from the step on at which a tool says something else', async () => {
    await deep(await read())
    const before = asked.length
    // Not of the change: the base branch moved on, and the pull request with it.
    repository.git('checkout', '--quiet', 'main')
    repository.write('README.md', 'A large shop.\n')
    repository.commit()
    repository.git('checkout', '--quiet', 'feature')
    repository.git('rebase', '--quiet', 'main')
    await deep(await read())
    expect(aboutWhole(before)).toEqual(['3'])
    expect(asked.length - before).toBe(1)
  })
})
