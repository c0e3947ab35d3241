import type { KillPlan, ProcessName } from './plan.ts'
import type { Step } from './steps.ts'

/** A call of one of our processes (or, for a delivery, to it) at a step. */
export interface Passage extends Step {
  readonly by: ProcessName
}

/** `stop`: one of the two ends is dead, and nothing passes between them any more. */
export type Verdict = 'go' | 'stop'

/** Sees every step of every call, and kills where the plan says so. */
export interface Gatekeeper {
  /** Resolves when the call may go on: at once, but where something is killed first. */
  pass(passage: Passage): Promise<Verdict>
  /** Forgets kills that were armed before. `strike` kills; its result is what becomes of the call. */
  arm(kills: readonly KillPlan[], strike: (kill: KillPlan, passage: Passage) => Promise<Verdict>): void
  /** The kills whose step has not been reached yet. */
  unreached(): readonly KillPlan[]
}

export function createGatekeeper(): Gatekeeper {
  let armed: { readonly kill: KillPlan; left: number }[] = []
  let strike: (kill: KillPlan, passage: Passage) => Promise<Verdict> = () => Promise.resolve('go')
  return {
    pass: async (passage) => {
      for (const waiting of armed) {
        const { service, call, when } = waiting.kill.step
        if (service !== passage.service || call !== passage.call || when !== passage.when) continue
        waiting.left -= 1
        if (waiting.left > 0) continue
        armed = armed.filter((other) => other !== waiting)
        return await strike(waiting.kill, passage)
      }
      return 'go'
    },
    arm: (kills, onReached) => {
      armed = kills.map((kill) => ({ kill, left: kill.nth }))
      strike = onReached
    },
    unreached: () => armed.map(({ kill }) => kill),
  }
}
