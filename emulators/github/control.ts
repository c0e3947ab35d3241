import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import { errorMessage } from '../../src/base/errors.ts'
import type { EmulatorActions } from './emulator-actions.ts'
import type { Answer } from './operation.ts'

const callBody = z.object({ arguments: z.array(z.unknown()) })

/** Answers `POST /_emulator/<action>` with the result of that action of this emulator. */
export async function answerControl(
  actions: EmulatorActions,
  operation: string,
  body: Buffer,
): Promise<Answer> {
  const action = Object.entries(actions).find(([name]) => name === operation)?.[1]
  const call = callBody.safeParse(parseJson(body.toString('utf8')))
  if (!action || !call.success) return { status: 404, body: { message: `no action ${operation}` } }
  try {
    // The arguments come from the client of this emulator, which has the same types.
    const run = action as (...values: unknown[]) => Promise<unknown>
    return { status: 200, body: { result: (await run(...call.data.arguments)) ?? null } }
  } catch (error) {
    return { status: 400, body: { message: errorMessage(error) } }
  }
}
