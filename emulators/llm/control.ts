import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import type { RequestLog } from './request-log.ts'
import { scriptedAnswer, type ScriptedAnswer } from './scripted-answer.ts'

export interface Controlled {
  readonly log: RequestLog
  readonly answerNext: (answers: readonly ScriptedAnswer[]) => void
  readonly answerAlways: (answer: ScriptedAnswer) => void
}

/**
 * Lets other processes do what `openLlmEmulator` lets this one do:
 * `POST /_emulator/answers` scripts the next answers (a list), `PUT /_emulator/answer` the one to everything else,
 * `GET` and `DELETE /_emulator/requests` read and clear the log.
 */
export function handleControl(
  method: string,
  path: string,
  body: string,
  response: ServerResponse,
  { log, answerNext, answerAlways }: Controlled,
): void {
  const send = (status: number, value?: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(value === undefined ? undefined : JSON.stringify(value))
  }
  const script = <Value>(schema: z.ZodType<Value>, use: (value: Value) => void): void => {
    const read = schema.safeParse(parseJson(body))
    if (!read.success) return send(400, { error: z.prettifyError(read.error) })
    use(read.data)
    return send(204)
  }
  switch (`${method} ${path}`) {
    case 'POST /_emulator/answers':
      return script(z.array(scriptedAnswer), answerNext)
    case 'PUT /_emulator/answer':
      return script(scriptedAnswer, answerAlways)
    case 'GET /_emulator/requests':
      return send(200, log.entries())
    case 'DELETE /_emulator/requests':
      log.clear()
      return send(204)
    default:
      return send(404, { error: `no ${method} ${path} here` })
  }
}
