import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { scriptedAnswer, type ScriptedAnswer } from './scripted-answer.ts'
import type { WireFormat, WireQuestion, WrittenAnswer } from './wire-format.ts'

/** Does to the connection what the script says. */
export async function deliver(
  script: ScriptedAnswer,
  format: WireFormat,
  question: WireQuestion,
  response: ServerResponse,
  defaultLatencyMs: number,
): Promise<void> {
  const answer = scriptedAnswer.parse(script)
  const latencyMs = 'latencyMs' in answer ? (answer.latencyMs ?? defaultLatencyMs) : defaultLatencyMs
  if (!(await pause(latencyMs, response))) return
  switch (answer.kind) {
    case 'json':
    case 'text':
    case 'refusal': {
      const text = answer.kind === 'json' ? JSON.stringify(answer.value) : answer.text
      const finish = answer.kind === 'refusal' ? 'refusal' : (answer.finish ?? 'stop')
      await send(response, format, question, {
        text,
        finish,
        usage: answer.usage ?? estimate(question, text),
      })
      return
    }
    case 'fault': {
      const { status, headers, body } = format.fault(answer.fault)
      response.writeHead(status, { 'content-type': 'application/json', ...headers, ...answer.headers })
      response.end(JSON.stringify(body))
      return
    }
    case 'http':
      response.writeHead(answer.status, answer.headers).end(answer.body)
      return
    case 'hang':
      return
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'cut': {
      const [type, whole] = encode(format, question, plain(question, answer.text))
      response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(whole) })
      response.write(whole.slice(0, Math.floor(whole.length / 2)), () => response.destroy())
      return
    }
    case 'drip': {
      const [type, whole] = encode(format, question, plain(question, answer.text))
      response.writeHead(200, { 'content-type': type })
      for (const byte of Buffer.from(whole)) {
        response.write(Buffer.of(byte))
        if (!(await pause(answer.everyMs, response))) return
      }
      response.end()
      return
    }
    default:
      answer satisfies never
  }
}

const PIECE_BYTES = 65_536

async function send(
  response: ServerResponse,
  format: WireFormat,
  question: WireQuestion,
  answer: WrittenAnswer,
): Promise<void> {
  const [type, whole] = encode(format, question, answer)
  response.writeHead(200, { 'content-type': type })
  // In pieces, so that a client that closes in the middle of a huge answer is seen to have closed.
  const bytes = Buffer.from(whole)
  const pieces = Array.from({ length: Math.ceil(bytes.length / PIECE_BYTES) }, (_, index) =>
    bytes.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  )
  await pipeline(Readable.from(pieces), response).catch(() => response.destroy())
}

/** The media type and the text of the whole answer, as one JSON object or as server-sent events. */
function encode(
  format: WireFormat,
  question: WireQuestion,
  answer: WrittenAnswer,
): [type: string, whole: string] {
  if (!question.stream) return ['application/json', JSON.stringify(format.answer(question, answer))]
  const events = format.stream(question, answer).map(({ name, data }) => {
    const event = name === undefined ? '' : `event: ${name}\n`
    return `${event}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
  })
  return ['text/event-stream', events.join('')]
}

function plain(question: WireQuestion, text: string): WrittenAnswer {
  return { text, finish: 'stop', usage: estimate(question, text) }
}

/** About four characters to a token. */
function estimate({ system, prompt }: WireQuestion, text: string): WrittenAnswer['usage'] {
  const tokens = (length: number): number => Math.ceil(length / 4)
  return {
    inputTokens: tokens(system.length + prompt.length),
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: tokens(text.length),
  }
}

/** Waits; false when the client went away meanwhile. */
async function pause(ms: number, response: ServerResponse): Promise<boolean> {
  if (ms === 0) return !response.destroyed
  const gone = new AbortController()
  const onClose = (): void => gone.abort()
  response.once('close', onClose)
  try {
    await delay(ms, undefined, { signal: gone.signal })
    return !response.destroyed
  } catch {
    return false
  } finally {
    response.off('close', onClose)
  }
}
