import { expect, test } from 'vitest'
import { createBatching } from './batching.ts'

const { signal } = new AbortController()

/** Batches that end when they are told to. */
function open() {
  const begun: {
    items: readonly string[]
    signal: AbortSignal
    end: () => void
    fail: (error: Error) => void
  }[] = []
  const ask = createBatching<string, string>(
    (items, signal) =>
      new Promise((resolve, reject) => {
        begun.push({
          items,
          signal,
          end: () => resolve(items.map((item) => item.toUpperCase())),
          fail: reject,
        })
        signal.addEventListener('abort', () => reject(new Error('stopped')))
      }),
  )
  return { ask, begun }
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('those who come while one batch is at work are the next one, and each gets its own result', async () => {
  const { ask, begun } = open()
  const first = ask('a', signal)
  await tick()
  const others = [ask('b', signal), ask('c', signal)]
  await tick()
  expect(begun.map(({ items }) => items)).toEqual([['a']])
  begun[0]?.end()
  expect(await first).toBe('A')
  await tick()
  expect(begun[1]?.items).toEqual(['b', 'c'])
  begun[1]?.end()
  expect(await Promise.all(others)).toEqual(['B', 'C'])
})

test('a failure meets its own batch alone', async () => {
  const { ask, begun } = open()
  const first = ask('a', signal)
  await tick()
  const second = ask('b', signal)
  begun[0]?.fail(new Error('broken'))
  await expect(first).rejects.toThrow('broken')
  await tick()
  begun[1]?.end()
  expect(await second).toBe('B')
})

test('whoever leaves hears so at once; the batch ends when all have left', async () => {
  const { ask, begun } = open()
  const [one, other] = [new AbortController(), new AbortController()]
  const asked = [ask('a', one.signal), ask('b', other.signal)]
  await tick()
  one.abort()
  await expect(asked[0]).rejects.toThrow(/abort/i)
  expect(begun[0]?.signal.aborted).toBe(false)
  other.abort()
  await expect(asked[1]).rejects.toThrow(/abort/i)
  expect(begun[0]?.signal.aborted).toBe(true)
})

test('a batch that nobody wants any more before it begins is not begun', async () => {
  const { ask, begun } = open()
  const first = ask('a', signal)
  await tick()
  const leaving = new AbortController()
  const left = ask('b', leaving.signal)
  leaving.abort()
  await expect(left).rejects.toThrow(/abort/i)
  const third = ask('c', signal)
  begun[0]?.end()
  await first
  await tick()
  begun.at(-1)?.end()
  expect(await third).toBe('C')
  expect(begun.map(({ items }) => items)).toEqual([['a'], ['c']])
})

test('many who wait under one signal are no leak', async () => {
  const { ask, begun } = open()
  const warnings: Error[] = []
  const hear = (warning: Error): void => void warnings.push(warning)
  process.on('warning', hear)
  const all = Array.from({ length: 50 }, async () => await ask('a', signal))
  await tick()
  begun[0]?.end()
  await Promise.all(all)
  await tick()
  process.off('warning', hear)
  expect(warnings).toEqual([])
})
