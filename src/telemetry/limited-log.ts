import type { MeasuringClock } from '../base/clock.ts'

/**
 * Lets one call through per interval, and tells it how many were held back since the last one:
 * so that whoever sends nonsense ten thousand times a second cannot fill the log.
 */
export function createLimitedLog(
  clock: Pick<MeasuringClock, 'monotonicMs'>,
  intervalMs: number,
): (write: (heldBack: number) => void) => void {
  let openAt = -Infinity
  let heldBack = 0
  return (write) => {
    const now = clock.monotonicMs()
    if (now < openAt) {
      heldBack += 1
      return
    }
    openAt = now + intervalMs
    write(heldBack)
    heldBack = 0
  }
}
