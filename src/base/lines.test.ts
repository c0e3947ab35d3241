import { expect, test } from 'vitest'
import { isAbort } from './errors.ts'
import { createLines } from './lines.ts'

const never = new AbortController().signal

test('who comes first is first, and each line has its own', async () => {
  const lines = createLines()
  const order: string[] = []
  const leaveDay = await lines.stand('day', never)
  const waiting = ['a', 'b'].map(async (name) => {
    const leave = await lines.stand('day', never)
    order.push(name)
    leave()
  })
  const leaveMonth = await lines.stand('month', never)
  order.push('month')
  leaveMonth()
  leaveDay()
  await Promise.all(waiting)
  expect(order).toEqual(['month', 'a', 'b'])
})

test('who gives up in the middle holds up nobody, and jumps nobody', async () => {
  const lines = createLines()
  const leave = await lines.stand('day', never)
  const stopping = new AbortController()
  const stopped = lines.stand('day', stopping.signal).catch(isAbort)
  let isTurn = false
  const last = (async () => {
    const leaveLast = await lines.stand('day', never)
    isTurn = true
    leaveLast()
  })()
  stopping.abort()
  expect(await stopped).toBe(true)
  expect(isTurn).toBe(false)
  leave()
  await last
  await expect(lines.stand('day', stopping.signal).catch(isAbort)).resolves.toBe(true)
  // And the line is as good as new.
  expect(await lines.stand('day', never)).toBeTypeOf('function')
})
