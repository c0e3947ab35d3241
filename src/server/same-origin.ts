import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a request that changes something was made by a page of ours, or by no browser at all. Browsers send passwords along
 * with what strangers' pages have them send, but also say where that came from: in `Sec-Fetch-Site` over HTTPS and on
 * loopback, else in `Origin`. What has neither is no browser, and brought its password itself.
 * Sources: Fetch Metadata Request Headers, "The Sec-Fetch-Site HTTP Request Header"; Fetch, "`Origin` header".
 */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin, host } = headers
  if (origin === undefined) return true
  // The scheme is not compared: whoever ends HTTPS before us speaks HTTP to us. A hidden origin is `null`, and no address.
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
}
