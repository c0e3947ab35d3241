import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { errorMessage } from '../../src/base/errors.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import { handleControl } from './control.ts'
import { deliver } from './deliver.ts'
import { openAiChat } from './openai-chat.ts'
import { openAiResponses } from './openai-responses.ts'
import { openRequestLog, type LoggedRequest } from './request-log.ts'
import type { ScriptedAnswer } from './scripted-answer.ts'
import type { LlmQuestion, WireFormat } from './wire-format.ts'

export interface LlmEmulatorOptions {
  /** Any free port when absent. */
  readonly port?: number
  /** Answers what `answerNext` did not; an empty JSON object when absent. */
  readonly answer?: (question: LlmQuestion) => ScriptedAnswer | Promise<ScriptedAnswer>
  /** Before every answer that names no latency of its own. 0 when absent. */
  readonly latencyMs?: number
  /** Whether requests without a key are refused with 401, as providers do and local servers do not. True when absent. */
  readonly needsKey?: boolean
}

export interface LlmEmulator {
  /** What clients take as base address, ending in `/v1`. */
  readonly baseUrl: string
  /** Scripts the answers to the next questions, in this order, before `answer` is asked again. */
  answerNext(...answers: readonly ScriptedAnswer[]): void
  /** The last requests to model paths, oldest first, at most 1000. */
  requests(): readonly LoggedRequest[]
  /** Cuts what is under way. Safe to call twice. */
  close(): Promise<void>
}

const formats: readonly WireFormat[] = [openAiChat, openAiResponses, anthropicMessages]

/** A real HTTP server on loopback that speaks as OpenAI and Anthropic do, and answers what it is told. */
export async function openLlmEmulator(options: LlmEmulatorOptions = {}): Promise<LlmEmulator> {
  const { latencyMs = 0, needsKey = true } = options
  const log = openRequestLog(1000)
  const next: ScriptedAnswer[] = []
  let answer = options.answer ?? ((): ScriptedAnswer => ({ kind: 'json', value: {} }))

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://emulator')
    const body = await text(request)
    if (pathname.startsWith('/_emulator/')) {
      handleControl(request.method ?? 'GET', pathname, body, response, {
        log,
        answerNext: (answers) => next.push(...answers),
        answerAlways: (always) => (answer = () => always),
      })
      return
    }
    if (request.method === 'GET' && pathname === '/v1/models') {
      sendJson(response, 200, { object: 'list', data: [{ id: 'emulated', object: 'model', type: 'model' }] })
      return
    }
    const format = formats.find(({ path }) => path === pathname)
    if (!format || request.method !== 'POST') {
      sendJson(response, 404, {
        error: { message: `no ${request.method} ${pathname} here`, type: 'not_found' },
      })
      return
    }
    log.add(format.provider, request, response, body)
    if (needsKey && format.readKey(request.headers) === undefined) {
      const refused = format.fault('bad-key', 'No key was sent.')
      sendJson(response, refused.status, refused.body)
      return
    }
    let question
    try {
      question = format.readQuestion(JSON.parse(body))
    } catch (error) {
      const refused = format.fault('bad-request', errorMessage(error))
      sendJson(response, refused.status, refused.body)
      return
    }
    await deliver(next.shift() ?? (await answer(question)), format, question, response, latencyMs)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A script that fails must be seen by whoever wrote it, not taken for a silent server.
      if (!response.headersSent) sendJson(response, 599, { error: { message: errorMessage(error) } })
      else response.destroy()
    })
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    answerNext: (...answers) => void next.push(...answers),
    requests: () => log.entries(),
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
