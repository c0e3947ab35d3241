import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

/** A server under load, in a process of its own. */
export interface Contestant {
  readonly name: 'lorgnette' | 'probot' | 'node'
  /** Where it takes deliveries. */
  readonly url: string
  close(): Promise<void>
}

/** The secret that every contestant checks signatures with. */
export const BENCH_SECRET = 'a secret for the benchmark'

/** Starts `serve-<name>` with one argument. Its standard output goes nowhere; it tells its address by message. */
export async function openContestant(name: Contestant['name'], argument: string): Promise<Contestant> {
  const script = path.join(import.meta.dirname, `serve-${name}.js`)
  const child = fork(script, [argument], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [url] = await Promise.race([
    once(child, 'message') as Promise<[string]>, // our own scripts send a text
    once(child, 'exit').then(() => Promise.reject(new Error(`${name} did not start`))),
  ])
  return {
    name,
    url,
    close: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
