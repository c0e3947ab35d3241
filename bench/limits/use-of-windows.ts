/** The most of these times, in order, that stand in any sliding window of this length. */
export function mostInWindow(times: readonly number[], windowMs: number): number {
  let most = 0
  let first = 0
  for (const [last, time] of times.entries()) {
    while (time - (times[first] ?? time) >= windowMs) first += 1
    most = Math.max(most, last - first + 1)
  }
  return most
}

/**
 * The part of what was allowed that was used: `max` calls in a window, from the first call to the first that came after
 * `windows` times as many. Calls that come in bursts are so counted over whole turns. 0 when there were not so many.
 */
export function usedShare(
  times: readonly number[],
  { max, windowMs, windows }: { readonly max: number; readonly windowMs: number; readonly windows: number },
): number {
  const [began, ended] = [times[0], times[windows * max]]
  return began === undefined || ended === undefined ? 0 : (windows * windowMs) / (ended - began)
}
