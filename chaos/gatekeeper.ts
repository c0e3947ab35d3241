import type { Failure } from './failure.ts'
import type { ProcessName, Strike } from './plan-strikes.ts'
import type { Step } from './steps.ts'

/** A call of one of our processes (or, for a delivery, to it) at a step. */
export interface Passage extends Step {
  readonly by: ProcessName
}

/** `stop`: one of the two ends is dead, and nothing passes between them any more. A failure: of who is called. */
export type Verdict = 'go' | 'stop' | Failure

/** Sees every step of every call, and strikes where the plan says so. */
export interface Gatekeeper {
  /** Resolves when the call may go on: at once, but where something is struck first. */
  pass(passage: Passage): Promise<Verdict>
  /** Forgets what was armed before. The result of `onReached` is what becomes of the call. */
  arm(strikes: readonly Strike[], onReached: (strike: Strike, passage: Passage) => Promise<Verdict>): void
  /** The strikes whose step has not been reached yet. */
  unreached(): readonly Strike[]
}

export function createGatekeeper(): Gatekeeper {
  let armed: { readonly strike: Strike; left: number }[] = []
  let reached: (strike: Strike, passage: Passage) => Promise<Verdict> = () => Promise.resolve('go')
  return {
    pass: async (passage) => {
      for (const waiting of armed) {
        const { service, call, when } = waiting.strike.step
        if (service !== passage.service || call !== passage.call || when !== passage.when) continue
        waiting.left -= 1
        if (waiting.left > 0) continue
        armed = armed.filter((other) => other !== waiting)
        return await reached(waiting.strike, passage)
      }
      return 'go'
    },
    arm: (strikes, onReached) => {
      armed = strikes.map((strike) => ({ strike, left: strike.nth }))
      reached = onReached
    },
    unreached: () => armed.map(({ strike }) => strike),
  }
}
