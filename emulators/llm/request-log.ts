import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { parseJson } from '../../src/base/json.ts'
import type { EmulatedProvider } from './wire-format.ts'

export interface LoggedRequest {
  readonly provider: EmulatedProvider
  /** Without the key. */
  readonly headers: IncomingHttpHeaders
  /** The parsed JSON, or undefined when it was none. */
  readonly body: unknown
  /** `cut`: the connection closed before the answer was whole, whichever side closed it. */
  readonly outcome: 'pending' | 'answered' | 'cut'
}

export interface RequestLog {
  add(provider: EmulatedProvider, request: IncomingMessage, response: ServerResponse, body: string): void
  /** Copies, oldest first. */
  entries(): readonly LoggedRequest[]
  clear(): void
}

/** Keeps the last `limit` requests, and watches what becomes of each. */
export function openRequestLog(limit: number): RequestLog {
  const entries: { -readonly [Field in keyof LoggedRequest]: LoggedRequest[Field] }[] = []
  return {
    add(provider, request, response, body) {
      const { authorization: _, 'x-api-key': __, ...headers } = request.headers
      const entry = {
        provider,
        headers,
        body: parseJson(body),
        outcome: 'pending' as LoggedRequest['outcome'],
      }
      entries.push(entry)
      if (entries.length > limit) entries.shift()
      response.once('finish', () => (entry.outcome = 'answered'))
      response.once('close', () => {
        if (entry.outcome === 'pending') entry.outcome = 'cut'
      })
    },
    entries: () => entries.map((entry) => ({ ...entry })),
    clear: () => void entries.splice(0),
  }
}
