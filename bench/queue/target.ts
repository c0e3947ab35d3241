/** What was aimed at, and what came out. */
export interface Target {
  readonly what: string
  readonly aim: string
  readonly measured: number
  readonly met: boolean
}

export function atLeast(what: string, aim: number, measured: number): Target {
  return { what, aim: `at least ${aim}`, measured, met: measured >= aim }
}

export function atMost(what: string, aim: number, measured: number): Target {
  return { what, aim: `at most ${aim}`, measured, met: measured <= aim }
}
