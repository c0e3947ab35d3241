import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { answerRequest, type Api, type ApiRequest } from './answer-request.ts'
import type { Fault, Faults } from './faults.ts'
import type { Answer } from './operation.ts'
import type { Validation } from './openapi/validation.ts'
import { answerGit } from './git-over-http.ts'
import { pullRequestPage } from './pull-request-page.ts'
import type { LoggedRequest } from './request-log.ts'

export interface ApiServerParts {
  readonly api: Api
  readonly faults: Faults
  readonly log: LoggedRequest[]
  readonly latencyMs: number
  readonly validation: Validation | undefined
  /** Answers what is asked below `/_emulator/`. */
  control(operation: string, body: Buffer): Promise<Answer>
}

const controlPrefix = '/_emulator/'

/** GitHub's API and the emulator's own, on the loopback interface. Port 0 takes a free one. */
export async function openApiServer(
  parts: ApiServerParts,
  port: number,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    handle(parts, request, response).catch((error: unknown) => {
      // A mistake of the emulator (or a client that went away): said where a developer sees it.
      if (!response.headersSent) send(response, { status: 500, body: { message: inspect(error) } })
    })
  })
  // A keep-alive connection that is closed at the same moment as the next request looks like a fault of GitHub's.
  server.keepAliveTimeout = 60_000
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo // a TCP server has no other kind of address
  return {
    port: address.port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      // Hanging requests hang until here.
      server.closeAllConnections()
      await closed
    },
  }
}

async function handle(
  parts: ApiServerParts,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readAll(message)
  const target = message.url ?? '/'
  if (target.startsWith(controlPrefix))
    return send(response, await parts.control(target.slice(controlPrefix.length), body))

  const shown = pullRequestPage(parts.api.world, target)
  if (shown && message.method === 'GET') return send(response, shown)

  // Not of the API: it counts against no limit, and the log is that of the API.
  const { method = 'GET', headers } = message
  const fetched = await answerGit(parts.api.world, { method, target, headers, body })
  if (fetched) return send(response, fetched)

  const request = apiRequest(parts.api, message, body)
  const { clock } = parts.api.world
  const entry: LoggedRequest = { method: request.method, path: target, at: clock.now().toISOString() }
  parts.log.push(entry)
  const fault = parts.faults.take(request.method, target)
  if (fault) entry.fault = fault.kind
  const delayMs = parts.latencyMs + (fault?.kind === 'latency' ? fault.ms : 0)
  if (delayMs > 0) await clock.sleep(delayMs)

  const instead = await beforeAnswering(message, fault)
  if (instead === 'none') return
  const answer = instead ?? (await answerRequest(parts.api, request, fault))
  if (!fault) parts.validation?.check(request, answer)
  const last = await afterAnswering(message, fault, answer)
  if (last === 'none') return
  entry.status = last.status
  send(response, last)
}

/** What a fault does instead of GitHub's answer. */
async function beforeAnswering(
  message: IncomingMessage,
  fault: Fault | undefined,
): Promise<Answer | 'none' | undefined> {
  if (fault?.kind === 'reset') return reset(message)
  if (fault?.kind === 'hang') return 'none'
  if (fault?.kind === 'status')
    return {
      status: fault.status,
      body: fault.body ?? { message: `fault ${fault.status}` },
      headers: fault.headers ?? {},
    }
  return undefined
}

/** What a fault makes of GitHub's answer once the request was carried out. */
async function afterAnswering(
  message: IncomingMessage,
  fault: Fault | undefined,
  answer: Answer,
): Promise<Answer | 'none'> {
  if (fault?.kind !== 'after') return answer
  if (fault.answer === 'reset') return reset(message)
  if (fault.answer === 'hang') return 'none'
  return { status: fault.answer, body: { message: 'Server Error' } }
}

function reset(message: IncomingMessage): 'none' {
  message.socket.resetAndDestroy()
  return 'none'
}

function apiRequest(api: Api, message: IncomingMessage, body: Buffer): ApiRequest {
  const [path = '/', query = ''] = splitQuery(message.url ?? '/')
  return {
    method: message.method ?? 'GET',
    path: byName(api, path),
    query: new URLSearchParams(query),
    authorization: message.headers.authorization,
    accept: message.headers.accept ?? '*/*',
    body,
  }
}

function splitQuery(target: string): readonly string[] {
  const at = target.indexOf('?')
  return at < 0 ? [target] : [target.slice(0, at), target.slice(at + 1)]
}

/** Links name a repository by its id: `/repositories/1/…` is `/repos/owner/name/…`. */
function byName(api: Api, path: string): string {
  return path.replace(/^\/repositories\/(\d+)/, (named, id: string) => {
    const repository = [...api.world.repositories.values()].find((candidate) => candidate.id === Number(id))
    return repository ? `/repos/${repository.owner}/${repository.name}` : named
  })
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer) // no encoding is set
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, answer: Answer): void {
  const { body } = answer
  const isText = typeof body === 'string'
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(isText ? body : JSON.stringify(body ?? null))
  response.writeHead(answer.status, {
    'content-type': isText ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': bytes.length,
    'x-github-media-type': 'github.v3; format=json',
    'x-github-request-id': randomBytes(12).toString('hex').toUpperCase(),
    ...answer.headers,
  })
  response.end(bytes)
}
