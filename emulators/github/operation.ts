import type { z } from 'zod'
import type { Actor } from './actor.ts'
import { GitHubError } from './github-error.ts'
import type { RateLimitResource, RateLimits } from './limits.ts'
import type { Deliveries } from './deliveries.ts'
import { repositoryNamed, type Repository, type World } from './world.ts'

/** One request, authenticated and matched to its operation. */
export interface Call {
  readonly world: World
  readonly limits: RateLimits
  readonly deliveries: Deliveries
  readonly actor: Actor
  readonly path: string
  readonly method: string
  readonly query: URLSearchParams
  readonly accept: string
  /** The parsed JSON body; undefined without one. */
  readonly body: unknown
  /** A part of the path, decoded. */
  parameter(name: string): string
}

export interface Answer {
  readonly status: number
  /** Sent as JSON; bytes are sent as they are. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** As in the OpenAPI description: `/repos/{owner}/{repo}`. */
  readonly path: string
  /** The page of GitHub's documentation that its errors name, below `https://docs.github.com/rest/`. */
  readonly documentation: string
  /** What it counts against: `core` when absent. */
  readonly resource?: RateLimitResource
  /** Counts against the limits of content writes. */
  readonly content?: true
  answer(call: Call): Answer | Promise<Answer>
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })

/** The repository that the path names, if the caller may see it. Writing needs the App to be installed there. */
export function repositoryOf(call: Call): Repository {
  const { actor } = call
  if (actor.kind === 'app') throw new GitHubError(401, 'Requires authentication')
  const repository = repositoryNamed(call.world, `${call.parameter('owner')}/${call.parameter('repo')}`)
  const foreign = actor.kind === 'installation' && actor.installationId !== repository.installationId
  if (foreign && call.method !== 'GET') throw new GitHubError(403, 'Resource not accessible by integration')
  return repository
}

/** A number of the path; what is no number is not found. */
export function numberOf(call: Call, name: string): number {
  const value = call.parameter(name)
  if (!/^\d+$/.test(value)) throw new GitHubError(404, 'Not Found')
  return Number(value)
}

/** The body by its schema, or GitHub's 422 for a body of the wrong form. */
export function bodyOf<Shape>(call: Call, schema: z.ZodType<Shape>): Shape {
  const parsed = schema.safeParse(call.body ?? {})
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(
    (issue) => `For 'properties/${issue.path.join('/')}', ${issue.message}.`,
  )
  throw new GitHubError(422, ['Invalid request.', ...faults].join('\n\n'))
}

/** One page of a list with GitHub's `Link` header. `per_page` is 30, at most 100. */
export function page<Item>(
  call: Call,
  items: readonly Item[],
  show: (item: Item) => unknown,
  wrap: (shown: readonly unknown[]) => unknown = (shown) => shown,
): Answer {
  const wanted = (name: string, fallback: number): number => {
    const value = Number(call.query.get(name) ?? fallback)
    return Number.isInteger(value) && value > 0 ? value : fallback
  }
  const size = Math.min(100, wanted('per_page', 30))
  const number = wanted('page', 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const shown = items.slice((number - 1) * size, number * size).map(show)
  const link = (to: number, name: string): string => {
    const query = new URLSearchParams(call.query)
    query.set('page', String(to))
    return `<${call.world.url}${canonicalPath(call)}?${query.toString()}>; rel="${name}"`
  }
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
    ...(number > 1 ? [link(1, 'first')] : []),
  ]
  return {
    status: 200,
    body: wrap(shown),
    ...(links.length > 0 ? { headers: { link: links.join(', ') } } : {}),
  }
}

/** GitHub's links name repositories by their ids, so that they outlive a rename. */
function canonicalPath(call: Call): string {
  return call.path.replace(/^\/repos\/([^/]+\/[^/]+)/, (named, fullName: string) => {
    const repository = call.world.repositories.get(decodeURIComponent(fullName).toLowerCase())
    return repository ? `/repositories/${repository.id}` : named
  })
}
