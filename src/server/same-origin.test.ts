import type { IncomingHttpHeaders } from 'node:http'
import { expect, test } from 'vitest'
import { isSameOrigin } from './same-origin.ts'

test.each<[IncomingHttpHeaders, boolean, string]>([
  [{ host: 'here' }, true, 'no browser'],
  [{ host: 'here', 'sec-fetch-site': 'same-origin', origin: 'https://here' }, true, 'our own page'],
  [{ host: 'inner:3000', 'sec-fetch-site': 'same-origin', origin: 'https://here' }, true, 'through a proxy'],
  [{ host: 'here', 'sec-fetch-site': 'cross-site', origin: 'https://there' }, false, "a stranger's page"],
  [{ host: 'a.here', 'sec-fetch-site': 'same-site', origin: 'https://b.here' }, false, "a neighbour's page"],
  [{ host: 'here', 'sec-fetch-site': 'none' }, false, 'nobody types a request that changes something'],
  [
    { host: 'here:3000', origin: 'http://here:3000' },
    true,
    'our own page, in an old browser or without HTTPS',
  ],
  [{ host: 'here:3000', origin: 'http://here:4000' }, false, 'another server on the same machine'],
  [{ host: 'here', origin: 'null' }, false, 'a page that hides where it is from'],
  [{ origin: 'http://here' }, false, 'a browser that does not say whom it asks'],
])('%j: %s (%s)', (headers, expected) => {
  expect(isSameOrigin(headers)).toBe(expected)
})
