import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { patientFetch } from './patient-fetch.ts'

let server: Server
let url: string
let answer: (() => void)[]

/** A server that answers each request when it is told to. */
beforeEach(async () => {
  answer = []
  server = createServer((_request, response) => answer.push(() => response.end('late')))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/` // a TCP server has no other kind of address
})
afterEach(() => {
  vi.useRealTimers()
  server.closeAllConnections()
  server.close()
})

test('the limit that is asked for is the one that holds', async () => {
  await expect(patientFetch(20, 0)(url)).rejects.toMatchObject({
    cause: { code: 'UND_ERR_HEADERS_TIMEOUT' },
  })
})

test('half an hour is waited for, where Node by itself gives up after five minutes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  const late = patientFetch(1_800_000)(url)
  const impatient = patientFetch(1_000, 0)(url).catch((error: unknown) => error)
  while (answer.length < 2) await new Promise((resolve) => setImmediate(resolve))
  // The clock of undici ticks twice a second.
  for (let second = 0; second < 1_790; second++) await vi.advanceTimersByTimeAsync(1_000)
  expect(await impatient).toMatchObject({ cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } })
  for (const now of answer) now()
  expect(await (await late).text()).toBe('late')
})
