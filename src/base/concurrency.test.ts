import { expect, test } from 'vitest'
import { createPlaces } from './concurrency.ts'

const never = new AbortController().signal

function held(): { work: () => Promise<void>; end: () => void } {
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return { work: () => ended, end }
}

test('no more are at work than there are places, and those that wait come in their order', async () => {
  const inPlace = createPlaces(2)
  const begun: number[] = []
  const all = [held(), held(), held(), held()]
  const done = all.map(({ work }, index) =>
    inPlace(() => {
      begun.push(index)
      return work()
    }, never),
  )
  await Promise.resolve()
  expect(begun).toEqual([0, 1])
  all[1]?.end()
  await done[1]
  await Promise.resolve()
  expect(begun).toEqual([0, 1, 2])
  for (const { end } of all) end()
  await Promise.all(done)
  expect(begun).toEqual([0, 1, 2, 3])
})

test('an abort ends the wait at once, and the place goes to the next', async () => {
  const inPlace = createPlaces(1)
  const first = held()
  const controller = new AbortController()
  const [running, waiting, next] = [
    inPlace(first.work, never),
    inPlace(() => Promise.reject(new Error('it must not begin')), controller.signal),
    inPlace(() => Promise.resolve('done'), never),
  ]
  controller.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
  first.end()
  await running
  expect(await next).toBe('done')
})

test('who was aborted before does not wait at all', async () => {
  const inPlace = createPlaces(1)
  const first = held()
  const running = inPlace(first.work, never)
  const aborted = AbortSignal.abort(new Error('stopped'))
  await expect(inPlace(() => Promise.reject(new Error('it must not begin')), aborted)).rejects.toThrow(
    'stopped',
  )
  first.end()
  await running
})

test('a failure is passed on, and gives the place back', async () => {
  const inPlace = createPlaces(1)
  await expect(inPlace(() => Promise.reject(new Error('broken')), never)).rejects.toThrow('broken')
  expect(await inPlace(() => Promise.resolve(7), never)).toBe(7)
})
