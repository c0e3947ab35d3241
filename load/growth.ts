/** What one process held at a moment. */
export interface Sample {
  /** Milliseconds since the level began. */
  readonly atMs: number
  /** Of one core, since the sample before: 1 is all of it. */
  readonly cpu: number
  readonly megabytes: number
  /** Open files, sockets among them. */
  readonly handles: number
  readonly sockets: number
}

/** A process may be so much larger at the end than when it was warm, for that is how garbage collection breathes. */
const MEMORY_SHARE = 1.25
const MEMORY_MEGABYTES = 40
const HANDLES = 12

/**
 * In words what a process holds more of at the end than when it was warm, comparing the medians of the second and the
 * last quarter: single peaks do not count, and what is only filled once (pools, caches, compiled code) is filled by then.
 */
export function growthOf(name: string, samples: readonly Sample[]): string[] {
  const quarter = Math.floor(samples.length / 4)
  if (quarter < 2) return [`${name}: too few samples to say anything of its growth`]
  const warm = samples.slice(quarter, 2 * quarter)
  const last = samples.slice(-quarter)
  const compare = (of: (sample: Sample) => number): readonly [number, number] => [
    middle(warm.map(of)),
    middle(last.map(of)),
  ]
  const [megabytes, megabytesAfter] = compare((sample) => sample.megabytes)
  const [handles, handlesAfter] = compare((sample) => sample.handles)
  const [sockets, socketsAfter] = compare((sample) => sample.sockets)
  return [
    ...(megabytesAfter > megabytes * MEMORY_SHARE && megabytesAfter > megabytes + MEMORY_MEGABYTES
      ? [`${name}: memory grew from ${Math.round(megabytes)} to ${Math.round(megabytesAfter)} MB`]
      : []),
    ...(handlesAfter > handles + HANDLES ? [`${name}: handles grew from ${handles} to ${handlesAfter}`] : []),
    ...(socketsAfter > sockets + HANDLES
      ? [`${name}: connections grew from ${sockets} to ${socketsAfter}`]
      : []),
  ]
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
