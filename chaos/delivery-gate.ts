import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { parseJson } from '../src/base/json.ts'
import { gated } from './github-gate.ts'
import type { Gatekeeper } from './gatekeeper.ts'
import type { Handle, HttpCall, Send } from './http-gate.ts'
import type { Journal } from './journal.ts'
import type { Mischief } from './plan.ts'

const payload = z.object({
  action: z.string(),
  repository: z.object({ full_name: z.string() }),
  pull_request: z.object({ number: z.number(), state: z.string(), head: z.object({ sha: z.string() }) }),
})

/** What names a delivery of the plan. */
export interface Expected {
  readonly repository: string
  readonly number: number
  readonly action: string
  readonly head: string
}

/** The way of deliveries from GitHub to our web server. */
export interface DeliveryGate {
  readonly handle: Handle
  /** What shall happen to the delivery. Resolves when it has left GitHub: what it tells is true there by then. */
  expect(delivery: Expected, mischief: Mischief): Promise<void>
  /** Resolves when no copy is under way any more. */
  settled(): Promise<void>
}

export function createDeliveryGate(keeper: Gatekeeper, journal: Journal): DeliveryGate {
  const expected = new Map<string, { readonly mischief: Mischief; readonly left: () => void }>()
  const copies = new Set<Promise<unknown>>()
  const pass = gated('webhook', 'web', keeper)

  const handle: Handle = async (call, send, isWanted) => {
    const { action, repository, pull_request } = payload.parse(parseJson(call.body.toString('utf8')))
    const { number, state } = pull_request
    const head = pull_request.head.sha
    const key = nameOf({ repository: repository.full_name, number, action, head })
    const told: Send = async (call) => {
      const answer = await send(call)
      if (answer.status >= 200 && answer.status < 300) {
        const at = performance.now()
        journal.note(repository.full_name, { kind: 'told', at, number, head, open: state === 'open' })
      }
      return answer
    }
    const known = expected.get(key)
    // What comes again was made to fail, and is left in peace.
    expected.delete(key)
    known?.left()
    if (known?.mischief.twice) copy(call, told, known.mischief.delayMs)
    if (known?.mischief.twin) copy(withOtherId(call), told, 0)
    if (known) await delay(known.mischief.delayMs)
    return pass(call, told, isWanted)
  }

  /** A copy that is lost is nobody's loss. */
  function copy(call: HttpCall, send: Send, delayMs: number): void {
    const sent = delay(delayMs)
      .then(() => send(call))
      .catch(() => undefined)
      .finally(() => copies.delete(sent))
    copies.add(sent)
  }

  return {
    handle,
    expect: (delivery, mischief) =>
      new Promise((left) => {
        expected.set(nameOf(delivery), { mischief, left })
      }),
    settled: async () => {
      while (copies.size > 0) await Promise.all(copies)
    },
  }
}

function nameOf({ repository, number, action, head }: Expected): string {
  return `${repository}#${number} ${action} ${head}`
}

/** The signature covers the body alone. */
function withOtherId(call: HttpCall): HttpCall {
  return { ...call, headers: { ...call.headers, 'x-github-delivery': randomUUID() } }
}
