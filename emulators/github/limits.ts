import type { Actor } from './actor.ts'
import type { Clock } from '../../src/base/clock.ts'
import { GitHubError } from './github-error.ts'

/** GitHub's limits on writes that make content. Source: "Rate limits for the REST API", secondary rate limits. */
export interface ContentLimits {
  readonly perMinute: number
  readonly perHour: number
}

export const gitHubContentLimits: ContentLimits = { perMinute: 80, perHour: 500 }

/** What a request counts against: calls of REST, or points of GraphQL, of which each of our queries costs one. */
export type RateLimitResource = 'core' | 'graphql'

const hourMs = 3_600_000
const minuteMs = 60_000

interface Window {
  used: number
  resetAt: number
  /** Times of the content writes of the last hour. */
  writes: number[]
}

/** The primary limits (requests in an hour) and the limit of content writes, each per installation or user. */
export class RateLimits {
  readonly #clock: Clock
  readonly #limit: number
  readonly #content: ContentLimits | undefined
  readonly #windows = new Map<string, Window>()

  constructor(clock: Clock, limit: number, content: ContentLimits | undefined) {
    this.#clock = clock
    this.#limit = limit
    this.#content = content
  }

  /** Counts a request. Throws GitHub's 403 once none is left. */
  spend(actor: Actor, resource: RateLimitResource): void {
    const window = this.#window(actor, resource)
    if (window.used >= this.#limit) throw primaryLimit(actor, this.headers(actor, resource))
    window.used += 1
  }

  /** Counts a write that makes content. Throws GitHub's 403 with `retry-after`, and no reset, above the limit. */
  spendContent(actor: Actor): void {
    if (!this.#content) return
    const window = this.#window(actor, 'core')
    const now = this.#clock.now().getTime()
    window.writes = window.writes.filter((time) => time > now - hourMs)
    const inMinute = window.writes.filter((time) => time > now - minuteMs).length
    if (inMinute >= this.#content.perMinute || window.writes.length >= this.#content.perHour)
      throw secondaryLimit(403, 60)
    window.writes.push(now)
  }

  /** Leaves `remaining` requests until `resetAt`, for everyone seen so far and `actor`. */
  leave(actor: Actor, resource: RateLimitResource, remaining: number, resetAt: Date): void {
    const window = this.#window(actor, resource)
    window.used = this.#limit - remaining
    window.resetAt = resetAt.getTime()
  }

  headers(actor: Actor, resource: RateLimitResource): Record<string, string> {
    const { limit, remaining, reset, used } = this.overview(actor, resource)
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-used': String(used),
      'x-ratelimit-resource': resource,
    }
  }

  overview(
    actor: Actor,
    resource: RateLimitResource,
  ): { limit: number; remaining: number; reset: number; used: number } {
    const window = this.#window(actor, resource)
    const reset = Math.ceil(window.resetAt / 1000)
    return { limit: this.#limit, remaining: this.#limit - window.used, reset, used: window.used }
  }

  #window(actor: Actor, resource: RateLimitResource): Window {
    const who = actor.kind === 'installation' ? `installation ${actor.installationId}` : actor.kind
    const key = `${resource} of ${who}`
    const now = this.#clock.now().getTime()
    const current = this.#windows.get(key)
    if (current && current.resetAt > now) return current
    const fresh = { used: 0, resetAt: now + hourMs, writes: current?.writes ?? [] }
    this.#windows.set(key, fresh)
    return fresh
  }
}

const about =
  'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-primary-rate-limits'

export function primaryLimit(actor: Actor, headers: Readonly<Record<string, string>>): GitHubError {
  const who = actor.kind === 'installation' ? `installation ID ${actor.installationId}` : 'user ID 1'
  return new GitHubError(403, `API rate limit exceeded for ${who}.`, { headers, documentation: about })
}

export function secondaryLimit(status: number, retryAfterSeconds: number | undefined): GitHubError {
  const message =
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. ' +
    'For more on scraping GitHub and how it may affect your rights, please review our Terms of Service.'
  return new GitHubError(status, message, {
    ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
    documentation: about.replace('primary', 'secondary'),
  })
}
