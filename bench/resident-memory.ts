import { execFileSync } from 'node:child_process'

/** Megabytes of resident memory of a process and all below it, as `ps` sees them. */
export function residentMegabytes(pid: number): number {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const family = new Set([pid])
  let kilobytes = 0
  // Parents need not come before their children: look again until nobody new turns up.
  for (let size = 0; size !== family.size;) {
    size = family.size
    for (const [child = 0, parent = 0] of processes) if (family.has(parent)) family.add(child)
  }
  for (const [member = 0, , rss = 0] of processes) if (family.has(member)) kilobytes += rss
  return kilobytes / 1024
}
