import { getEventListeners, once } from 'node:events'
import { expect, test } from 'vitest'
import { startDeadline } from './deadline.ts'

test('a signal that aborted before aborts it from the start, and that is not the time', () => {
  const deadline = startDeadline(60_000, AbortSignal.abort('superseded'))
  expect([deadline.signal.reason, deadline.isOver()]).toEqual(['superseded', false])
  deadline.clear()
})

test('the time ends it, and leaves the other signal alone', async () => {
  const other = new AbortController()
  const deadline = startDeadline(1, other.signal)
  await once(deadline.signal, 'abort')
  expect([deadline.isOver(), other.signal.aborted]).toEqual([true, false])
  deadline.clear()
  expect(getEventListeners(other.signal, 'abort')).toEqual([])
})
