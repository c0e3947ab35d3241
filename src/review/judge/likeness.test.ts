import { expect, test } from 'vitest'
import { likeness, wordsOf } from './likeness.ts'

const alike = (a: string, b: string) => likeness(wordsOf(a), wordsOf(b))

test('endings, small words, case and order do not matter', () => {
  expect(alike('The cursor is never closed', 'Closing of Cursors')).toEqual({ share: 1, sharesName: false })
})

test('a share is of the shorter text', () => {
  expect(alike('null user crashes', 'null user crashes export of yearly reports').share).toBe(1)
  expect(alike('null user crashes export', 'null user loses yearly report').share).toBe(0.5)
})

test('one word in common is chance', () => {
  expect(alike('total overflows', 'total underflows').share).toBe(0)
  expect(alike('', '').share).toBe(0)
})

test.each([
  ['`save` fails', 'Nobody calls `db.save()`', true],
  ['deleteReminder is late', 'The call of deleteReminder', true],
  ['user_id is lost', 'The user_id', true],
  ['The user is lost', 'Any user', false],
  ['MAX_SIZE is ignored', 'Over MAX_SIZE', true],
])('names of code are known as such: %s, %s', (a, b, sharesName) => {
  expect(alike(a, b).sharesName).toBe(sharesName)
})
