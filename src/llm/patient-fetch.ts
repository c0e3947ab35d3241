import { Agent, fetch } from 'undici'

/** What passes between our own limit and the one below it, so that ours is the one that speaks. */
const MARGIN_MS = 10_000

/**
 * A `fetch` that waits `limitMs` (and a moment, `marginMs`) for the first byte of an answer, and as long between two of
 * them. Node's own gives up after 300 s, whatever anybody asked for; a person or a batch system that answers in a
 * model's place takes longer.
 */
export function patientFetch(limitMs: number, marginMs = MARGIN_MS): typeof globalThis.fetch {
  const waitMs = limitMs + marginMs
  const dispatcher = new Agent({ headersTimeout: waitMs, bodyTimeout: waitMs })
  const patient = (input: string | URL, init?: Parameters<typeof fetch>[1]): ReturnType<typeof fetch> =>
    fetch(input, { ...init, dispatcher })
  // Node's `fetch` is an older release of this one: the same at run time, told apart by the types of its parts.
  return patient as unknown as typeof globalThis.fetch
}
