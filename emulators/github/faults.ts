/** What goes wrong with a request. */
type FaultKind =
  /** This answer instead of GitHub's. A text body is sent as it is (as a proxy's HTML would be). */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly body?: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  /** The connection is reset without an answer. */
  | { readonly kind: 'reset' }
  /** No answer, ever. */
  | { readonly kind: 'hang' }
  /** GitHub's answer, later. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** The request is carried out, and then its answer is lost: reset, never sent, or replaced by a status. */
  | { readonly kind: 'after'; readonly answer: 'reset' | 'hang' | number }
  /** GitHub's 403 or 429 of a secondary rate limit. */
  | { readonly kind: 'secondary-limit'; readonly status?: 403 | 429; readonly retryAfterSeconds?: number }
  /** GitHub's 403 with no requests remaining until the reset. */
  | { readonly kind: 'primary-limit'; readonly resetInSeconds: number }
  /** GitHub's 401, as for a token that expired or was revoked. */
  | { readonly kind: 'bad-credentials' }

export type Fault = FaultKind & {
  /** Any method when absent. */
  readonly method?: string
  /** A regular expression over the path with its query. Any path when absent. */
  readonly path?: string
  /** How often; once when absent. */
  readonly times?: number
  /** Lets this many matching requests through first. */
  readonly skip?: number
}

/** The faults still to come, in the order in which they were asked for. */
export class Faults {
  readonly #waiting: { fault: Fault; skips: number; left: number }[] = []

  add(fault: Fault): void {
    this.#waiting.push({ fault, skips: fault.skip ?? 0, left: fault.times ?? 1 })
  }

  clear(): void {
    this.#waiting.length = 0
  }

  /** The fault of this request, used up. */
  take(method: string, path: string): Fault | undefined {
    const entry = this.#waiting.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.method === undefined || fault.method.toUpperCase() === method) &&
        (fault.path === undefined || new RegExp(fault.path).test(path)),
    )
    if (!entry) return undefined
    if (entry.skips > 0) {
      entry.skips -= 1
      return undefined
    }
    entry.left -= 1
    return entry.fault
  }
}
