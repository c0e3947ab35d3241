/** A signal that aborts with another one, or when a time is over. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Whether the time ran out before the other signal aborted. */
  isOver(): boolean
  /** Forgets timer and listener; call it once the work has ended. */
  clear(): void
}

/**
 * `AbortSignal.any` with `AbortSignal.timeout` would do, but a signal that lives as long as its run would gather
 * a timer for every question asked under it.
 */
export function startDeadline(ms: number, signal: AbortSignal): Deadline {
  const controller = new AbortController()
  let over = false
  const onAbort = (): void => controller.abort(signal.reason)
  const timer = setTimeout(() => {
    over = !signal.aborted
    controller.abort()
  }, ms)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    isOver: () => over,
    clear() {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    },
  }
}
