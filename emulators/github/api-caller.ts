import { createSign } from 'node:crypto'
import { z } from 'zod'
import type { GitHubEmulatorIdentity } from './emulator.ts'

interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  /** Parsed when it is JSON, else text. */
  readonly body: unknown
}

/** Calls the emulator's API with some credentials. */
export type ApiCaller = (
  method: string,
  target: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<ApiAnswer>

/** Calls with an `Authorization` header, or with none. */
export function callWith(emulator: GitHubEmulatorIdentity, authorization: string | undefined): ApiCaller {
  return async (method, target, body, headers = {}) => {
    const url = target.startsWith('http') ? target : emulator.url + target
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.status === 500) throw new Error(`${method} ${target}: ${text}`)
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? (JSON.parse(text) as unknown) : text,
    }
  }
}

export const asTokenOwner = (emulator: GitHubEmulatorIdentity): ApiCaller =>
  callWith(emulator, `token ${emulator.token}`)

/** A JSON Web Token of the App; `claims` override its own. */
export function appToken(emulator: GitHubEmulatorIdentity, now: Date, claims: object = {}): string {
  const seconds = Math.floor(now.getTime() / 1000)
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const own = { iat: seconds - 60, exp: seconds + 540, iss: String(emulator.app.id) }
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ ...own, ...claims })}`
  const signature = createSign('RSA-SHA256').update(signed).sign(emulator.app.privateKey, 'base64url')
  return `${signed}.${signature}`
}

export const asApp = (emulator: GitHubEmulatorIdentity): ApiCaller =>
  callWith(emulator, `Bearer ${appToken(emulator, new Date())}`)

const installationAnswer = z.object({ id: z.number() })
const tokenAnswer = z.object({ token: z.string() })

/** Calls as the App on the repository, with a fresh installation token. */
export async function asInstallation(
  emulator: GitHubEmulatorIdentity,
  repository: string,
): Promise<ApiCaller> {
  const app = asApp(emulator)
  const installation = await app('GET', `/repos/${repository}/installation`)
  const { id } = installationAnswer.parse(installation.body)
  const minted = await app('POST', `/app/installations/${id}/access_tokens`)
  return callWith(emulator, `Bearer ${tokenAnswer.parse(minted.body).token}`)
}
