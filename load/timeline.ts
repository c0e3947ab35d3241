/** A clock that jumps from event to event. */
export interface Timeline {
  now(): number
  at(time: number, event: () => void): void
  after(ms: number, event: () => void): void
  /** Plays all events, those that they add too, in the order of their times and then as they were added. */
  run(): void
}

export function createTimeline(): Timeline {
  let now = 0
  const waiting = new Map<number, (() => void)[]>()
  const at = (time: number, event: () => void): void => {
    const others = waiting.get(time)
    if (others) others.push(event)
    else waiting.set(time, [event])
  }
  return {
    now: () => now,
    at,
    after: (ms, event) => at(now + ms, event),
    run: () => {
      while (waiting.size > 0) {
        // Runs of one level share their times, so there are few of them.
        now = Math.min(...waiting.keys())
        const events = waiting.get(now) ?? []
        waiting.delete(now)
        for (const event of events) event()
      }
    },
  }
}

/** So many may be at work at once; others wait in the order they came. */
export interface Places {
  /** How many are at work or wait. */
  taken(): number
  take(work: (giveBack: () => void) => void): void
}

export function createPlaces(count: number): Places {
  let working = 0
  const waiting: ((giveBack: () => void) => void)[] = []
  const begin = (work: (giveBack: () => void) => void): void => {
    working += 1
    work(() => {
      working -= 1
      const next = waiting.shift()
      if (next) begin(next)
    })
  }
  return {
    taken: () => working + waiting.length,
    take: (work) => {
      if (working < count) begin(work)
      else waiting.push(work)
    },
  }
}
