import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A package by its name and exact version. */
export type Peer = `${string}@${string}`

/**
 * The folder in which these packages stand: installed for a benchmark alone, once, outside of the product.
 * Throws when the npm registry cannot be reached.
 */
export function installPeers(peers: readonly Peer[], say: (line: string) => void): string {
  const folder = path.join(tmpdir(), `lorgnette-bench-${peers.join('-')}`)
  // npm writes it last.
  if (!existsSync(path.join(folder, 'node_modules', '.package-lock.json'))) {
    say(`installing ${peers.join(' and ')} into ${folder}`)
    const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', ...peers]
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return folder
}
