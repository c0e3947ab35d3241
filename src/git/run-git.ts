import { execa, ExecaError } from 'execa'
import { onExit } from 'signal-exit'
import { goBehind } from '../base/child-processes.ts'
import { errorMessage, PermanentError } from '../base/errors.ts'

export interface GitOptions {
  /** Where git runs: an existing folder. */
  readonly folder: string
  /** What git may write at most, in bytes. 10 MB unless told. */
  readonly maxBytes?: number
  /** Whether output beyond the bound is cut there and git ended, instead of being an error. */
  readonly cutsOutput?: boolean
  /** Given to git on its standard input. */
  readonly input?: Uint8Array
  /** Variables for git beside the ones below. */
  readonly env?: Readonly<Record<string, string>>
}

export interface GitResult {
  /** 0, or one of the exit codes that were declared to be answers. */
  readonly exitCode: number
  readonly stdout: Uint8Array
  /** Whether there would have been more. */
  readonly isCut: boolean
}

/** Never a prompt, a lock, a hook, or a program that settings of the repository name. */
const settings = ['core.fsmonitor=false', 'core.hooksPath=/dev/null']

const environment = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LITERAL_PATHSPECS: '1',
}

/**
 * What a hook or alias that started us may have set: it would lead git to another repository, or to another diff. The
 * first one has git say what it sends, whatever its value.
 */
const inherited = [
  'GIT_CURL_VERBOSE',
  'GIT_DIR GIT_COMMON_DIR GIT_WORK_TREE GIT_IMPLICIT_WORK_TREE GIT_PREFIX GIT_NAMESPACE',
  'GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_SHALLOW_FILE',
  'GIT_CONFIG GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_ATTR_SOURCE',
  'GIT_EXTERNAL_DIFF GIT_DIFF_OPTS GIT_GRAFT_FILE GIT_REPLACE_REF_BASE',
].flatMap((names) => names.split(' '))

/**
 * Runs git once and returns what it wrote. Exit codes other than 0 and `answers` are permanent errors with the first
 * line of what git said; so are a missing git and output beyond the bound. An abort ends git and is thrown as it is.
 */
export async function runGit(
  args: readonly string[],
  { folder, maxBytes = 10_000_000, cutsOutput = false, input = new Uint8Array(), env = {} }: GitOptions,
  signal: AbortSignal,
  answers: readonly number[] = [],
): Promise<GitResult> {
  signal.throwIfAborted()
  const running = execa('git', [...settings.flatMap((setting) => ['-c', setting]), ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited.map((name) => [name, undefined])), ...environment, ...env },
    input,
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: maxBytes,
    cancelSignal: signal,
    reject: false,
    detached: true, // a process group of its own
  })
  goBehind(running.pid)
  running.once('exit', () => {
    if (running.killed) endGroup(running.pid)
  })
  // execa ends what it started when this process ends, but for groups: git would go on without bounds.
  const forgetExit = onExit(() => endGroup(running.pid))
  const result = await running
  forgetExit()
  signal.throwIfAborted()
  const { exitCode, stdout, stderr } = result
  const isAnswer = exitCode === 0 || (exitCode !== undefined && answers.includes(exitCode))
  if (isAnswer && !result.isMaxBuffer) return { exitCode, stdout, isCut: false }
  if (result.isMaxBuffer && cutsOutput) return { exitCode: 0, stdout, isCut: true }
  throw new PermanentError(`git ${commandOf(args)} ${whatFailed(result, stderr, maxBytes)}`)
}

/**
 * Ends git and what a git that was killed leaves behind: the helper that speaks to a server goes on waiting for it, with
 * the ends of our pipes in its hands.
 */
function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL')
  } catch {
    // It left nobody behind.
  }
}

function whatFailed(result: Error | object, stderr: Uint8Array, maxBytes: number): string {
  if (result instanceof ExecaError) {
    if (result.isMaxBuffer) return `wrote more than ${maxBytes / 1_000_000} MB`
    if (result.code === 'ENOENT') return 'could not be started: is git installed, and on the PATH?'
  }
  const [said] = new TextDecoder().decode(stderr).trim().split('\n')
  return `failed: ${said || errorMessage(result)}`
}

/** The name of the command, past git's own options. */
function commandOf(args: readonly string[]): string {
  return args.find((arg) => /^[a-z][a-z-]*$/.test(arg)) ?? ''
}
