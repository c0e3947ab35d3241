import { BlockList, isIPv4, isIPv6 } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether only this machine reaches a server that listens on `host`: names other than `localhost` are not looked up. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1')
  if (isIPv4(address)) return loopback.check(address, 'ipv4')
  if (isIPv6(address)) return loopback.check(address, 'ipv6')
  return host.toLowerCase() === 'localhost'
}
