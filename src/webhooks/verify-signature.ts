import { createHmac, timingSafeEqual } from 'node:crypto'

/** The only form that GitHub sends: one algorithm, lower-case digits, one header. */
const SIGNATURE = /^sha256=[0-9a-f]{64}$/

/**
 * Whether `X-Hub-Signature-256` is the HMAC-SHA-256 of exactly these bytes under one of the secrets.
 * Several secrets are valid at once while one replaces another. Takes the same time for every wrong signature.
 * Two headers arrive joined by a comma, and have no valid form. Source: GitHub, "Validating webhook deliveries".
 */
export function verifySignature(
  body: Uint8Array,
  header: string | readonly string[] | undefined,
  secrets: readonly string[],
): boolean {
  if (typeof header !== 'string' || !SIGNATURE.test(header)) return false
  const claimed = Buffer.from(header.slice('sha256='.length), 'hex')
  let valid = false
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(body).digest()
    // No early exit: the time must not tell which secret fitted.
    if (timingSafeEqual(expected, claimed)) valid = true
  }
  return valid
}
