import { execa } from 'execa'

/** Nothing of the machine's or the user's git configuration may change what the emulator answers. */
const environment = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  // A path is a path: `*` and `:` in file names are no patterns.
  GIT_LITERAL_PATHSPECS: '1',
  LC_ALL: 'C',
}

/** The output of a git command on the repository in `folder`, as bytes. Throws when git fails. */
export async function git(folder: string, ...args: readonly string[]): Promise<Buffer> {
  return await gitWithInput(folder, '', ...args)
}

/** The same for a command that reads its input. */
export async function gitWithInput(
  folder: string,
  input: string,
  ...args: readonly string[]
): Promise<Buffer> {
  const result = await execa('git', ['-C', folder, ...args], {
    input,
    env: environment,
    extendEnv: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: 512 * 1024 * 1024,
  })
  return Buffer.from(result.stdout)
}

/** The output as text without its last line ending. */
export async function gitText(folder: string, ...args: readonly string[]): Promise<string> {
  return (await git(folder, ...args)).toString('utf8').replace(/\n$/, '')
}

/** The output as text, or undefined when git says no: an unknown name, no merge base, no such path. */
export async function gitAnswer(folder: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    return await gitText(folder, ...args)
  } catch {
    return undefined
  }
}
