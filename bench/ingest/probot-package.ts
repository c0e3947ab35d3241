import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const VERSION = '14.3.2'

/**
 * The folder in which Probot stands: installed for the benchmark alone, once, outside of the product.
 * Throws when the npm registry cannot be reached.
 */
export function installProbot(say: (line: string) => void): string {
  const folder = path.join(tmpdir(), `lorgnette-bench-probot-${VERSION}`)
  if (!existsSync(path.join(folder, 'node_modules', 'probot', 'package.json'))) {
    say(`installing probot ${VERSION} into ${folder}`)
    const args = [
      'install',
      '--prefix',
      folder,
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      `probot@${VERSION}`,
    ]
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return folder
}
