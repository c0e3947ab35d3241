import { spawn, type ChildProcess } from 'node:child_process'
import { on, once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A process of the demo. It is always ended by whoever started it, by its id. */
export interface Child {
  /** 0 when it could not be started. */
  readonly pid: number
  /** The first line of its standard output. Rejects when it ends without one, or the signal aborts. */
  firstLine(signal: AbortSignal): Promise<string>
  /** Resolves when it has printed a line with this text. Rejects when it ends before, or the signal aborts. */
  says(text: string, signal: AbortSignal): Promise<void>
  /** Rejects when the process ends by itself. Never resolves. */
  readonly unexpectedEnd: Promise<never>
  /** SIGTERM, and SIGKILL when that is not enough within ten seconds. Safe to call twice. */
  end(): Promise<void>
}

const graceMs = 10_000
const keptLines = 20

/**
 * Starts a script of this package with Node.js. It gets its own process group, so that Ctrl-C reaches the demo alone,
 * which then ends it in order; and a pipe as standard input, whose end tells it that the demo is gone.
 */
export function startChild(
  name: string,
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Child {
  const child = spawn(process.execPath, [script, ...args], {
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // Writing to a process that has just ended is no news.
  child.stdin.on('error', () => undefined)
  const lastWords: string[] = []
  const lines = readLines(child.stdout, lastWords)
  readLines(child.stderr, lastWords)
  let ending = false
  const unexpectedEnd = (async (): Promise<never> => {
    await once(child, 'close').catch((error: unknown) => lastWords.push(String(error)))
    if (ending) return new Promise(() => undefined)
    const how = child.signalCode ?? `exit code ${child.exitCode}`
    throw new Error([`${name} ended by itself (${how})`, ...lastWords].join('\n  '))
  })()
  // Whoever waits for something also waits for this; until then nobody has to.
  unexpectedEnd.catch(() => undefined)
  return {
    pid: child.pid ?? 0,
    unexpectedEnd,
    firstLine: async (signal) => {
      const line = once(lines, 'line', { signal }) as Promise<[string]> // what readline emits
      const [text] = await Promise.race([line, unexpectedEnd])
      return text
    },
    says: async (text, signal) => {
      const coming = async (): Promise<void> => {
        for await (const [line] of on(lines, 'line', { signal })) if (String(line).includes(text)) return
      }
      if (!lastWords.some((line) => line.includes(text))) await Promise.race([coming(), unexpectedEnd])
    },
    end: async () => {
      ending = true
      await endChild(child)
    },
  }
}

function readLines(stream: Readable, lastWords: string[]): ReturnType<typeof createInterface> {
  const lines = createInterface({ input: stream })
  lines.on('line', (line) => {
    lastWords.push(line)
    if (lastWords.length > keptLines) lastWords.shift()
  })
  return lines
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await ended
  clearTimeout(force)
}
