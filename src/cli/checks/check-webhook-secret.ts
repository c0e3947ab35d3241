import type { CheckResult } from '../doctor-command.ts'

const shortest = 16

/** Whether deliveries are signed with secrets that nobody guesses. */
export function checkWebhookSecret(secrets: readonly string[], loopback: boolean): CheckResult {
  const cure =
    'set GITHUB_WEBHOOK_SECRET to what openssl rand -hex 32 prints, here and in the webhook on GitHub'
  if (secrets.length === 0) {
    return loopback
      ? { state: 'warning', detail: 'none: unsigned deliveries are accepted, from this machine only', cure }
      : { state: 'failed', detail: 'none, although other machines can send deliveries', cure }
  }
  const weak = secrets.filter(isWeak).length
  if (weak > 0) {
    const which = secrets.length === 1 ? 'it is' : `${weak} of ${secrets.length} are`
    return { state: 'warning', detail: `${which} short or easy to guess`, cure }
  }
  return { state: 'ok', detail: secrets.length === 1 ? 'one is set' : `${secrets.length} are set` }
}

/** Short, or made of few different characters, as `aaaa…` and `12341234…` are. */
function isWeak(secret: string): boolean {
  return secret.length < shortest || new Set(secret).size < 8
}
