import type { FastifyInstance } from 'fastify'
import { errorMessage } from '../base/errors.ts'

/** One thing that the system stands on. `check` throws what is wrong. */
export interface ReadinessCheck {
  /** Short, for people: `postgres`, `queue`, … */
  readonly name: string
  check(signal: AbortSignal): Promise<void>
  /** Set when deliveries are accepted without it: then its fault is shown, and the system stays ready. */
  readonly optional?: true
}

interface Readiness {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly problem?: string }>>
}

/** `/healthz`: the process answers. `/readyz`: each dependency, and 503 when work cannot be accepted. */
export function healthRoutes(
  server: FastifyInstance,
  options: { readonly checks: readonly ReadinessCheck[]; readonly checkTimeoutMs: number },
): void {
  const { checks, checkTimeoutMs } = options
  let underWay: Promise<Readiness> | undefined

  async function readiness(): Promise<Readiness> {
    const results = await Promise.all(
      checks.map(async (check) => ({ check, ...(await outcome(check, checkTimeoutMs)) })),
    )
    return {
      ready: results.every(({ check, ok }) => ok || check.optional === true),
      checks: Object.fromEntries(results.map(({ check, ...result }) => [check.name, result])),
    }
  }

  server.get('/healthz', () => ({ alive: true }))

  server.get('/readyz', async (_request, reply) => {
    // Whoever asks meanwhile gets the same answer: asking often costs the dependencies nothing.
    underWay ??= readiness().finally(() => (underWay = undefined))
    const answer = await underWay
    return reply.code(answer.ready ? 200 : 503).send(answer)
  })
}

async function outcome(
  check: ReadinessCheck,
  timeoutMs: number,
): Promise<{ readonly ok: boolean; readonly problem?: string }> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    // A check that does not listen to the signal is given up on as well.
    await Promise.race([
      check.check(signal),
      aborted(signal, `${check.name} did not answer within ${timeoutMs} ms`),
    ])
    return { ok: true }
  } catch (error) {
    return { ok: false, problem: errorMessage(error) }
  }
}

function aborted(signal: AbortSignal, message: string): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(message)), { once: true })
  })
}
