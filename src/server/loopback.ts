import { BlockList, isIP } from 'node:net'
import type { IncomingHttpHeaders } from 'node:http'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether this host or address is this machine's own: `localhost`, 127.0.0.0/8, or ::1, with or without brackets. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  const family = isIP(bare)
  if (family === 0) return /^(?:[a-z0-9-]+\.)*localhost$/i.test(bare)
  return loopback.check(bare, family === 4 ? 'ipv4' : 'ipv6')
}

/** What a proxy adds to a request that it passes on. */
const FORWARDED = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
]

/**
 * Whether a request was made on this machine by someone who meant this machine: it came from a loopback address, was not
 * passed on by a proxy, and asked for a loopback name. The last one stops a web page of a stranger whose name
 * resolves to 127.0.0.1 (DNS rebinding).
 */
export function isDirectLoopback(remoteAddress: string | undefined, headers: IncomingHttpHeaders): boolean {
  if (remoteAddress === undefined || !isLoopbackHost(remoteAddress)) return false
  if (FORWARDED.some((name) => headers[name] !== undefined)) return false
  const host = headers.host?.replace(/:\d{1,5}$/, '')
  return host !== undefined && isLoopbackHost(host)
}
