import { z } from 'zod'
import type { FolderInUseError } from '../../postgres/folder-in-use-error.ts'
import type { CheckResult } from '../doctor-command.ts'

const readiness = z.object({
  ready: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean() })),
})

/**
 * The embedded store takes one process, and another has it: as a rule the running server, which is asked instead at
 * its `/readyz`. It cannot be looked at from here, so that it is never better than a warning.
 */
export async function checkHeldStore(
  { folder, holder }: FolderInUseError,
  serverUrl: string,
  signal: AbortSignal,
): Promise<CheckResult> {
  const held = `process ${holder} has ${folder}, so that store and queue were not looked at`
  const asked = await askReadiness(serverUrl, signal)
  if (!asked) {
    const cure = `if it is not your server, stop it (nothing of ours answers at ${serverUrl}/readyz)`
    return { state: 'warning', detail: held, cure }
  }
  if (asked.ready) return { state: 'warning', detail: `${held}; the running server says that it is ready` }
  const broken = Object.keys(asked.checks).filter((name) => asked.checks[name]?.ok === false)
  const detail = `${held}; the running server is not ready: ${broken.join(', ')}`
  return { state: 'failed', detail, cure: `its log and ${serverUrl}/readyz say why` }
}

/** Undefined when nobody answers there, or someone else does. */
async function askReadiness(
  serverUrl: string,
  signal: AbortSignal,
): Promise<z.infer<typeof readiness> | undefined> {
  try {
    const response = await fetch(`${serverUrl}/readyz`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
    })
    return readiness.safeParse(await response.json()).data
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}
