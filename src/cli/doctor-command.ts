import { errorMessage } from '../base/errors.ts'
import { startDeadline } from '../llm/deadline.ts'
import { createPaint, type Paint } from './paint.ts'
import { showsColors, write, type Terminal } from './terminal.ts'
import { terminalLine, terminalText } from './terminal-text.ts'

/** What a check found: `warning` works and is worth a look; `skipped` could not be tried, or need not be. */
export interface CheckResult {
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped'
  /** What was seen, on one line or several. Never holds a secret. */
  readonly detail: string
  /** How to mend it. */
  readonly cure?: string
}

/** One thing that can be tried out. What it throws is a failure. */
export interface Check {
  readonly name: string
  /** Without a result by then it has failed. */
  readonly deadlineMs: number
  /** What to look at when it throws, or does not answer in time. */
  readonly cure?: () => string | undefined
  run(signal: AbortSignal): Promise<CheckResult>
}

export interface DoctorOptions {
  readonly json: boolean
  readonly terminal: Pick<Terminal, 'stdout'>
}

/**
 * Runs the checks one after the other and prints what each found, with how to mend it; or one JSON object at the end:
 * `{ "ok": boolean, "checks": [{ "name", "state", "detail", "cure"? }] }`.
 * Returns the exit code: 0 when none failed, 1 when one did. An abort is thrown.
 */
export async function runDoctor(
  checks: Iterable<Check>,
  { json, terminal: { stdout } }: DoctorOptions,
  signal: AbortSignal,
): Promise<0 | 1> {
  const paint = createPaint(showsColors(stdout))
  const results: (CheckResult & { readonly name: string })[] = []
  for (const check of checks) {
    const result = await runCheck(check, signal)
    results.push({ name: check.name, ...result })
    if (!json) await write(stdout, formatResult(check.name, result, paint))
  }
  const ok = results.every(({ state }) => state !== 'failed')
  if (json) await write(stdout, `${JSON.stringify({ ok, checks: results })}\n`)
  return ok ? 0 : 1
}

async function runCheck(check: Check, signal: AbortSignal): Promise<CheckResult> {
  const deadline = startDeadline(check.deadlineMs, signal)
  try {
    // The check may not listen to its signal: then it is left behind.
    return await Promise.race([check.run(deadline.signal), rejectOnAbort(deadline.signal)])
  } catch (error) {
    signal.throwIfAborted()
    const detail = deadline.isOver() ? `no answer within ${check.deadlineMs / 1_000} s` : errorMessage(error)
    const cure = check.cure?.()
    return { state: 'failed', detail, ...(cure !== undefined && { cure }) }
  } finally {
    deadline.clear()
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(new Error('aborted', { cause: signal.reason }))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

function formatResult(name: string, { state, detail, cure }: CheckResult, paint: Paint): string {
  const marks = {
    ok: paint.green('✓'),
    warning: paint.yellow('!'),
    failed: paint.red('✗'),
    skipped: paint.dim('–'),
  }
  const [first = '', ...rest] = terminalText(detail).split('\n')
  return [
    `${marks[state]} ${paint.bold(name)}: ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...(cure === undefined ? [] : [`  → ${terminalLine(cure)}`]),
    '',
  ].join('\n')
}
