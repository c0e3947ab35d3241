import { expect, test } from 'vitest'
import { growthOf, growthOfProduct, type Sample } from './growth.ts'

function check(of: (index: number) => Partial<Sample>, count = 40): string[] {
  const samples = Array.from({ length: count }, (_, index) => ({
    atMs: index * 1_000,
    cpu: 0.5,
    megabytes: 150,
    handles: 40,
    sockets: 20,
    ...of(index),
  }))
  return growthOf('worker 1', samples)
}

test('a process that stays as it is does not grow', () => {
  expect(check(() => ({}))).toEqual([])
})

test('what is filled at the start, and single peaks, are no growth', () => {
  expect(check((index) => ({ megabytes: index < 10 ? 20 + index * 13 : 150 }))).toEqual([])
  expect(check((index) => ({ megabytes: index === 38 ? 900 : 150 }))).toEqual([])
})

test('memory that leaks is seen', () => {
  expect(check((index) => ({ megabytes: 100 + 5 * index }))).toEqual([
    'worker 1: memory grew from 175 to 275 MB',
  ])
})

test('handles and connections that are not given back are seen', () => {
  expect(check((index) => ({ handles: 40 + index, sockets: 20 + index }))).toEqual([
    'worker 1: handles grew from 55 to 75',
    'worker 1: connections grew from 35 to 55',
  ])
})

test('too short a time says nothing, and that is said', () => {
  expect(check(() => ({}), 7)).toEqual(['worker 1: too few samples to say anything of its growth'])
})

test('where processes cannot be looked at, that they did not grow is not said', () => {
  expect(growthOfProduct({})).toEqual(['no process was looked at, so nothing can be said of its growth'])
})
