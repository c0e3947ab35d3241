import path from 'node:path'
import { z } from 'zod'
import type { GitHubEmulator } from '../emulators/github/emulator.ts'
import { connectGitHubEmulator } from '../emulators/github/github-emulator-client.ts'
import type { Child } from './child.ts'
import { startChild } from './child.ts'

const identity = z.object({
  url: z.string(),
  folder: z.string(),
  app: z.object({ id: z.number(), slug: z.string(), privateKey: z.string() }),
  token: z.string(),
})

/** GitHub for the demo: the emulator in a process of its own. */
export async function startGitHub(
  signal: AbortSignal,
): Promise<{ readonly github: GitHubEmulator; readonly child: Child }> {
  const script = path.join(import.meta.dirname, '../emulators/github/main.js')
  const child = startChild('the GitHub emulator', script, [], childEnvironment())
  try {
    const github = connectGitHubEmulator(identity.parse(JSON.parse(await child.firstLine(signal))))
    return { github, child }
  } catch (error) {
    await child.end()
    throw error
  }
}

/** What a process needs of the machine; none of the settings that the user's environment may hold. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot', 'LANG', 'TZ']
  return Object.fromEntries(names.map((name) => [name, process.env[name]]))
}
