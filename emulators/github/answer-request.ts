import { parseJson } from '../../src/base/json.ts'
import { authenticate, type Actor } from './actor.ts'
import type { Deliveries } from './deliveries.ts'
import type { Fault } from './faults.ts'
import { GitHubError, notFound } from './github-error.ts'
import { primaryLimit, secondaryLimit, type RateLimitResource, type RateLimits } from './limits.ts'
import type { Answer, Call } from './operation.ts'
import { route, type Route } from './route.ts'
import type { World } from './world.ts'

/** A request as it came over the wire. */
export interface ApiRequest {
  readonly method: string
  /** The path without its query, still encoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  readonly accept: string
  readonly body: Buffer
}

export interface Api {
  readonly world: World
  readonly limits: RateLimits
  readonly deliveries: Deliveries
}

const documentation = 'https://docs.github.com/rest'

/** GitHub's answer to a request, or what the fault makes of it. Never throws. */
export async function answerRequest(
  api: Api,
  request: ApiRequest,
  fault: Fault | undefined,
): Promise<Answer> {
  const found = route(request.method, request.path)
  let actor: Actor | undefined
  try {
    if (fault?.kind === 'bad-credentials') throw new GitHubError(401, 'Bad credentials', { documentation })
    actor = authenticate(api.world, request.authorization)
    const answer = await answerActor(api, request, found, actor, fault)
    return { ...answer, headers: { ...api.limits.headers(actor, resourceOf(found)), ...answer.headers } }
  } catch (error) {
    const limits = actor ? api.limits.headers(actor, resourceOf(found)) : {}
    return errorAnswer(error, found, limits)
  }
}

async function answerActor(
  api: Api,
  request: ApiRequest,
  found: Route | undefined,
  actor: Actor,
  fault: Fault | undefined,
): Promise<Answer> {
  if (fault?.kind === 'primary-limit') {
    const resetAt = new Date(api.world.clock.now().getTime() + fault.resetInSeconds * 1000)
    api.limits.leave(actor, resourceOf(found), 0, resetAt)
    throw primaryLimit(actor, api.limits.headers(actor, resourceOf(found)))
  }
  if (fault?.kind === 'secondary-limit') throw secondaryLimit(fault.status ?? 403, fault.retryAfterSeconds)
  // Asking for the limits costs nothing.
  if (found?.operation.path !== '/rate_limit') api.limits.spend(actor, resourceOf(found))
  if (!found) throw notFound()
  if (found.operation.content) api.limits.spendContent(actor)
  const call: Call = {
    ...api,
    actor,
    method: request.method,
    path: request.path,
    query: request.query,
    accept: request.accept,
    body: readBody(request.body),
    parameter: (name) => found.parameters.get(name) ?? '',
  }
  return found.operation.answer(call)
}

function resourceOf(found: Route | undefined): RateLimitResource {
  return found?.operation.resource ?? 'core'
}

function readBody(body: Buffer): unknown {
  if (body.length === 0) return undefined
  const parsed = parseJson(body.toString('utf8'))
  if (parsed === undefined) throw new GitHubError(400, 'Problems parsing JSON')
  return parsed
}

function errorAnswer(
  error: unknown,
  found: Route | undefined,
  limits: Readonly<Record<string, string>>,
): Answer {
  if (!(error instanceof GitHubError)) {
    // A mistake of the emulator: GitHub's form, with what a developer needs to mend it.
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { status: 500, body: { message: `the emulator failed: ${message}`, status: '500' } }
  }
  // GraphQL says so with 200. Source: "Rate limits and query limits for the GraphQL API", "Exceeding the rate limit".
  if (resourceOf(found) === 'graphql' && error.headers['x-ratelimit-remaining'] === '0') {
    const errors = [{ type: 'RATE_LIMITED', message: error.message }]
    return { status: 200, headers: { ...limits, ...error.headers }, body: { errors } }
  }
  const page = found ? `${documentation}/${found.operation.documentation}` : documentation
  return {
    status: error.status,
    headers: { ...limits, ...error.headers },
    body: {
      message: error.message,
      ...(error.errors ? { errors: error.errors } : {}),
      documentation_url: error.documentation ?? page,
      status: String(error.status),
    },
  }
}
