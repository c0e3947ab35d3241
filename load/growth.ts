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

type SamplesByProcess = Readonly<Record<string, readonly Sample[]>>

/** What the product holds more of at the end than when it was warm, in words. */
export function growthOfProduct(samples: SamplesByProcess): string[] {
  const processes = processesOfProduct(samples)
  // Elsewhere than on Linux nothing is looked at, and then nothing is known.
  if (processes.length === 0) return ['no process was looked at, so nothing can be said of its growth']
  return processes.flatMap(([name, list]) => growthOf(name, list))
}

/** How the memory of the product changed, and whether it stayed flat. Undefined: too little was seen to say. */
export function memoryOfProduct(
  samples: SamplesByProcess,
): { readonly text: string; readonly isFlat: boolean } | undefined {
  const processes = processesOfProduct(samples).map(([name, list]) => ({ name, span: spanOf(list) }))
  const seen = processes.flatMap(({ name, span }) => (span ? [{ name, ...memoryIn(span) }] : []))
  if (seen.length === 0 || seen.length < processes.length) return undefined
  return {
    text: seen
      .map(({ name, warm, last }) => `${name}: ${Math.round(warm)} → ${Math.round(last)} MB`)
      .join(', '),
    isFlat: seen.every(({ isGrown }) => !isGrown),
  }
}

/** The emulators and the program that measures keep what they saw, so they grow. */
function processesOfProduct(samples: SamplesByProcess): [string, readonly Sample[]][] {
  return Object.entries(samples).filter(([name]) => name === 'serve' || name.startsWith('work '))
}

/**
 * In words what a process holds more of at the end than when it was warm, comparing the medians of the second and the
 * last quarter: single peaks do not count, and what is only filled once (pools, caches, compiled code) is filled by then.
 */
export function growthOf(name: string, samples: readonly Sample[]): string[] {
  const span = spanOf(samples)
  if (!span) return [`${name}: too few samples to say anything of its growth`]
  const memory = memoryIn(span)
  const handles = middlesOf(span, (sample) => sample.handles)
  const sockets = middlesOf(span, (sample) => sample.sockets)
  return [
    ...(memory.isGrown
      ? [`${name}: memory grew from ${Math.round(memory.warm)} to ${Math.round(memory.last)} MB`]
      : []),
    ...(handles.last > handles.warm + HANDLES
      ? [`${name}: handles grew from ${handles.warm} to ${handles.last}`]
      : []),
    ...(sockets.last > sockets.warm + HANDLES
      ? [`${name}: connections grew from ${sockets.warm} to ${sockets.last}`]
      : []),
  ]
}

/** The second and the last quarter of the time. */
interface Span {
  readonly warm: readonly Sample[]
  readonly last: readonly Sample[]
}

/** Undefined when there are too few samples. */
function spanOf(samples: readonly Sample[]): Span | undefined {
  const quarter = Math.floor(samples.length / 4)
  return quarter < 2
    ? undefined
    : { warm: samples.slice(quarter, 2 * quarter), last: samples.slice(-quarter) }
}

function memoryIn(span: Span): { readonly warm: number; readonly last: number; readonly isGrown: boolean } {
  const { warm, last } = middlesOf(span, ({ megabytes }) => megabytes)
  return { warm, last, isGrown: last > warm * MEMORY_SHARE && last > warm + MEMORY_MEGABYTES }
}

function middlesOf(
  { warm, last }: Span,
  of: (sample: Sample) => number,
): { readonly warm: number; readonly last: number } {
  return { warm: middle(warm.map(of)), last: middle(last.map(of)) }
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
