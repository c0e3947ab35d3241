import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import type { LevelReport } from './measure-level.ts'
import type { LoadOptions } from './options.ts'

/** What `--json` prints and `load/results/` keeps: names stay. */
export interface LoadReport {
  readonly benchmark: 'load'
  readonly date: string
  /** Cores and versions. */
  readonly machine: string
  readonly command: string
  readonly options: LoadOptions
  readonly levels: readonly LevelReport[]
  /** What grew during a soak, in words. */
  readonly growth: readonly string[]
  /** Everything owed is there exactly once, nothing was refused, and nothing grew. */
  readonly passed: boolean
}

export function describeMachine(): string {
  const [cpu] = cpus()
  return `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), Node.js ${process.versions.node}, ${gitVersion()}`
}

function gitVersion(): string {
  return execFileSync('git', ['--version'], { encoding: 'utf8' }).trim().replace('git version', 'git')
}
