import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Closable } from '../src/base/closer.ts'
import type { Sample } from './growth.ts'

/** Looks at processes again and again. Linux only: elsewhere there are no samples. */
export interface ProcessWatch extends Closable {
  /** The samples begin anew, now. */
  begin(): void
  /** By name, as of now: later ones are not in it. */
  samples(): ReadonlyMap<string, readonly Sample[]>
}

const EVERY_MS = 500
/** What Linux tells in `/proc/…/stat`: USER_HZ, which is 100 on every platform that Node.js runs on. */
const TICKS_PER_SECOND = 100

export function watchProcesses(processes: ReadonlyMap<string, number>): ProcessWatch {
  let began = performance.now()
  const samples = new Map<string, Sample[]>()
  const before = new Map<string, { readonly seconds: number; readonly atMs: number }>()
  const look = (): void => {
    for (const [name, pid] of processes) {
      const seen = lookAtProcess(pid)
      if (!seen) continue
      const atMs = performance.now() - began
      const last = before.get(name)
      before.set(name, { seconds: seen.cpuSeconds, atMs })
      if (!last) continue
      const cpu = (seen.cpuSeconds - last.seconds) / ((atMs - last.atMs) / 1_000)
      const { megabytes, handles, sockets } = seen
      const known = samples.get(name) ?? []
      samples.set(name, known)
      known.push({ atMs, cpu, megabytes, handles, sockets })
    }
  }
  look()
  const timer = setInterval(look, EVERY_MS)
  return {
    begin: () => {
      began = performance.now()
      samples.clear()
      before.clear()
      look()
    },
    samples: () => new Map([...samples].map(([name, list]) => [name, [...list]])),
    close: () => Promise.resolve(clearInterval(timer)),
  }
}

interface Seen extends Omit<Sample, 'atMs' | 'cpu'> {
  readonly cpuSeconds: number
}

/** Undefined when it is gone, or this is no Linux. */
function lookAtProcess(pid: number): Seen | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything; what follows it is numbers.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // User and system time, and the same of children that ended: git and linters are children.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0)
    const handles = readdirSync(`/proc/${pid}/fd`)
    const sockets = handles.filter((handle) => isSocket(`/proc/${pid}/fd/${handle}`))
    return {
      cpuSeconds: ticks / TICKS_PER_SECOND,
      megabytes: kilobytes / 1_024,
      handles: handles.length,
      sockets: sockets.length,
    }
  } catch {
    return undefined
  }
}

/** False for a handle that was closed meanwhile. */
function isSocket(link: string): boolean {
  try {
    return readlinkSync(link).startsWith('socket:')
  } catch {
    return false
  }
}
