/** Bytes of UTF-8 per token, as source code has on average. Real counters take seconds on hostile text, this one is linear. */
export const BYTES_PER_TOKEN = 3.5

/** About how many tokens a model makes of a text: an estimate for budgets, not for bills. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)
}
