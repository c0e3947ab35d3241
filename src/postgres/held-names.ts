import type { HeldName } from './database.ts'

/** Names within one process. */
export function createHeldNames(): { hold(name: string): HeldName | undefined } {
  const taken = new Map<string, HeldName>()
  return {
    hold: (name) => {
      if (taken.has(name)) return undefined
      const held: HeldName = {
        isHeld: () => Promise.resolve(taken.get(name) === held),
        release: () => {
          if (taken.get(name) === held) taken.delete(name)
          return Promise.resolve()
        },
      }
      taken.set(name, held)
      return held
    },
  }
}
