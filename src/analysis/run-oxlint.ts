import { createRequire } from 'node:module'
import path from 'node:path'
import { execa } from 'execa'
import { z } from 'zod'
import { goBehind } from '../base/child-processes.ts'
import { PermanentError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'

const diagnostic = z.object({
  message: z.string(),
  /** `eslint(no-debugger)`; absent for a syntax error. */
  code: z.string().optional(),
  filename: z.string(),
  /** Byte offsets. */
  labels: z.array(z.object({ span: z.object({ offset: z.number(), length: z.number() }) })),
})
const report = z.object({ diagnostics: z.array(diagnostic) })

export type OxlintDiagnostic = z.infer<typeof diagnostic>

export interface OxlintRun {
  /** Holds nothing but our copies. */
  readonly folder: string
  readonly config: string
  readonly names: readonly string[]
  readonly timeoutMs: number
}

/** Two hundred thousand problems; a file with more of them is not read. */
const maxOutputBytes = 64_000_000

const oxlint = path.join(
  path.dirname(createRequire(import.meta.url).resolve('oxlint/package.json')),
  'bin',
  'oxlint',
)

/**
 * Runs oxlint over files in a process of its own, without our environment and without any configuration but ours: a
 * `.oxlintrc.json` beside a file could load a plugin, which is code. Undefined when the process broke on a file or took
 * too long; throws when it does not run at all. An abort kills it.
 */
export async function runOxlint(
  { folder, config, names, timeoutMs }: OxlintRun,
  signal: AbortSignal,
): Promise<readonly OxlintDiagnostic[] | undefined> {
  const running = execa(
    process.execPath,
    [
      oxlint,
      '-c',
      config,
      '--disable-nested-config',
      '--no-ignore',
      '--threads=1',
      '--format=json',
      '--',
      ...names,
    ],
    {
      cwd: folder,
      env: {},
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      cancelSignal: signal,
      maxBuffer: maxOutputBytes,
    },
  )
  goBehind(running.pid)
  const result = await running
  signal.throwIfAborted()
  if (result.timedOut || result.isMaxBuffer || result.signal !== undefined) return undefined
  const parsed = report.safeParse(parseJson(result.stdout))
  if (!parsed.success)
    throw new PermanentError(`oxlint did not run (exit code ${result.exitCode ?? 'none'})`, {
      cause: new Error(result.stderr.slice(0, 500) || result.stdout.slice(0, 500), { cause: parsed.error }),
    })
  return parsed.data.diagnostics
}
