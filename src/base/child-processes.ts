import { constants, setPriority } from 'node:os'

/** A child goes on where this process and its database leave it a core: what they do in a moment keeps leases alive. */
export function goBehind(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It has ended already.
  }
}
