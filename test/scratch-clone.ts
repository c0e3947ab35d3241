import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { packageRoot } from '../src/base/package-root.ts'

/**
 * A folder that is to commands what a clone after `npm ci` is, in a home of its own: what a page tells people to type is
 * run there to the letter, with their shell, npm and npx, and without the settings of this machine.
 */
export interface ScratchClone {
  readonly folder: string
  /** The folder that clone and projects lie in, and the home of whoever types. */
  readonly home: string
  /** Runs a command to its end. */
  run(command: string, options?: CommandOptions): Promise<CommandResult>
  /** Starts a command that stays. */
  start(command: string, options?: CommandOptions): StartedCommand
  /** Ends what still runs, and removes everything. */
  close(): Promise<void>
}

export interface CommandOptions {
  /** The clone when absent. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface CommandResult {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface StartedCommand {
  /** Everything that it printed so far. */
  output(): string
  /** Resolves with the match once the pattern is in what it printed. Rejects when the command ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** What Ctrl-C does in a terminal: SIGINT to everything that the command started. Resolves when all of it has ended. */
  interrupt(): Promise<void>
}

export function openScratchClone(): ScratchClone {
  const home = mkdtempSync(path.join(tmpdir(), 'lorgnette-clone-'))
  const folder = path.join(home, 'lorgnette')
  mkdirSync(folder)
  copyFileSync(path.join(packageRoot, 'package.json'), path.join(folder, 'package.json'))
  for (const name of ['dist', 'node_modules']) {
    symlinkSync(path.join(packageRoot, name), path.join(folder, name))
  }
  const prefix = path.join(home, 'npm')
  const environment = {
    PATH: [path.join(prefix, 'bin'), process.env['PATH']].join(path.delimiter),
    HOME: home,
    TMPDIR: home,
    GIT_CONFIG_NOSYSTEM: '1',
    npm_config_prefix: prefix,
    npm_config_cache: path.join(home, 'npm-cache'),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    // `prepare` would build again, into the folder that other tests run from.
    npm_config_ignore_scripts: 'true',
  }
  const started: StartedCommand[] = []

  return {
    folder,
    home,
    async run(command, { cwd = folder, env } = {}) {
      const options = { cwd, env: { ...environment, ...env }, extendEnv: false, reject: false } as const
      const { exitCode, stdout, stderr } = await execa('sh', ['-c', command], options)
      return { exitCode, stdout, stderr }
    },
    start(command, { cwd = folder, env } = {}) {
      const child = startInGroup(command, cwd, { ...environment, ...env })
      started.push(child)
      return child
    },
    async close() {
      await Promise.all(started.map((command) => command.interrupt()))
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** In a process group of its own, as a terminal would start it. */
function startInGroup(command: string, cwd: string, env: NodeJS.ProcessEnv): StartedCommand {
  const child = spawn('sh', ['-c', command], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const news = new EventEmitter()
  let text = ''
  let isOver = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      news.emit('news')
    })
  }
  // Not before the last of the group has let go of its output.
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      isOver = true
      news.emit('news')
      resolve()
    })
  })
  return {
    output: () => text,
    async printed(pattern) {
      for (;;) {
        const found = pattern.exec(text)
        if (found) return found
        if (isOver) throw new Error(`${command} ended without ${pattern}:\n${text}`)
        await once(news, 'news')
      }
    },
    async interrupt() {
      if (!isOver && child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
      await closed
    },
  }
}
