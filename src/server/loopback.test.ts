import { expect, test } from 'vitest'
import { isDirectLoopback, isLoopbackHost } from './loopback.ts'

test.each([
  'localhost',
  'LOCALHOST',
  'app.localhost',
  '127.0.0.1',
  '127.8.9.10',
  '::1',
  '[::1]',
  '::ffff:127.0.0.1',
])('%s is this machine', (host) => {
  expect(isLoopbackHost(host)).toBe(true)
})

test.each([
  '',
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '128.0.0.1',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'notlocalhost',
  '127.1',
  '::ffff:10.0.0.1',
  '[127.0.0.1',
])('%s is not', (host) => {
  expect(isLoopbackHost(host)).toBe(false)
})

test.each([
  ['a name with a port', '127.0.0.1', { host: 'localhost:8080' }],
  ['an IPv6 name with a port', '::1', { host: '[::1]:8080' }],
  ['an IPv4 address in IPv6 form', '::ffff:127.0.0.1', { host: '127.0.0.1' }],
])('a request is direct with %s', (_, remote, headers) => {
  expect(isDirectLoopback(remote, headers)).toBe(true)
})

test.each([
  ['another machine', '10.0.0.5', { host: 'localhost' }],
  ['a closed socket', undefined, { host: 'localhost' }],
  ['no host', '127.0.0.1', {}],
  ["a stranger's name that resolves here", '127.0.0.1', { host: 'evil.example' }],
  ['a proxy', '127.0.0.1', { host: 'localhost', 'x-forwarded-for': '203.0.113.9' }],
  ['another proxy', '127.0.0.1', { host: 'localhost', forwarded: 'for=203.0.113.9' }],
])('a request is not direct with %s', (_, remote, headers) => {
  expect(isDirectLoopback(remote, headers)).toBe(false)
})
