import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../base/package-root.ts'
import { PermanentError } from '../base/errors.ts'

/** Runs the demo as a process of its own, which has the terminal for itself. Returns its exit code. */
export async function runDemo(args: readonly string[], signal: AbortSignal): Promise<number> {
  const program = path.join(packageRoot, 'dist', 'demo', 'main.js')
  if (!existsSync(program)) throw new PermanentError('the demo is not built: run npm run build')
  const demo = spawn(process.execPath, [program, ...args], { stdio: 'inherit' })
  const stop = (): void => {
    demo.kill('SIGTERM')
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (signal.aborted) stop()
    const [code] = (await once(demo, 'exit')) as [number | null] // as Node documents the event
    return code ?? 1
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
