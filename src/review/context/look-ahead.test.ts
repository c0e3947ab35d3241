import { expect, test } from 'vitest'
import type { Unit } from '../units.ts'
import { lookAhead } from './look-ahead.ts'

const file = { path: 'a.py', oldPath: 'a.py', status: 'modified', binary: false, hunks: [] } as const
const unit = (path: string): Unit => ({ path, file, hunks: [], estimatedTokens: 1 })
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('contexts are gathered before anybody asks, each once', async () => {
  const units = [unit('a'), unit('b')]
  const gathered: string[] = []
  const ahead = lookAhead(units, ({ path }) => {
    gathered.push(path)
    return Promise.resolve(`around ${path}`)
  })
  await tick()
  expect(gathered).toEqual(['a', 'b'])
  expect(await Promise.all(units.map(async (one) => await ahead.contextOf(one)))).toEqual([
    'around a',
    'around b',
  ])
  expect(ahead.contextOf(unit('a'))).toBeUndefined()
  expect(gathered).toHaveLength(2)
})

test('what fails meets whoever asks for it, and nobody else', async () => {
  const [good, bad] = [unit('good'), unit('bad')]
  const ahead = lookAhead([good, bad], ({ path }) =>
    path === 'bad' ? Promise.reject(new Error('the tree is gone')) : Promise.resolve('fine'),
  )
  await tick()
  await expect(ahead.contextOf(bad)).rejects.toThrow('the tree is gone')
  expect(await ahead.contextOf(good)).toBe('fine')
  await ahead.stop()
})

test('once stopped it begins none, and waits for those under way', async () => {
  const units = Array.from({ length: 100 }, (_, index) => unit(String(index)))
  const ends: (() => void)[] = []
  const ahead = lookAhead(units, () => new Promise((resolve) => ends.push(() => resolve(''))))
  await tick()
  const begun = ends.length
  let isOver = false
  const stopping = ahead.stop().then(() => (isOver = true))
  await tick()
  expect(isOver).toBe(false)
  for (const end of ends) end()
  await stopping
  expect(begun).toBeLessThan(100)
  expect(ends).toHaveLength(begun)
})
