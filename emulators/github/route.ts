import type { Operation } from './operation.ts'
import { appOperations } from './operations/app.ts'
import { checkRunOperations } from './operations/check-runs.ts'
import { contentOperations } from './operations/contents.ts'
import { gitObjectOperations } from './operations/git-objects.ts'
import { graphqlOperations } from './operations/graphql.ts'
import { hookDeliveryOperations } from './operations/hook-deliveries.ts'
import { issueCommentOperations } from './operations/issue-comments.ts'
import { pullRequestOperations } from './operations/pull-requests.ts'
import { rateLimitOperations } from './operations/rate-limit.ts'
import { repositoryOperations } from './operations/repositories.ts'
import { reviewCommentOperations } from './operations/review-comments.ts'
import { reviewOperations } from './operations/reviews.ts'

export interface Route {
  readonly operation: Operation
  readonly parameters: ReadonlyMap<string, string>
}

/** All that the emulator answers. */
export const operations: readonly Operation[] = [
  ...appOperations,
  ...checkRunOperations,
  ...contentOperations,
  ...gitObjectOperations,
  ...graphqlOperations,
  ...hookDeliveryOperations,
  ...issueCommentOperations,
  ...pullRequestOperations,
  ...rateLimitOperations,
  ...repositoryOperations,
  ...reviewCommentOperations,
  ...reviewOperations,
]

/** Parameters that take slashes: paths, and branch names. */
const greedy = new Set(['path', 'basehead', 'branch', 'ref'])

const patterns = operations.map((operation) => ({
  operation,
  pattern: new RegExp(
    `^${operation.path.replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${greedy.has(name) ? '.+' : '[^/]+'})`)}$`,
  ),
}))

/** The operation that a path (without its query) asks for. */
export function route(method: string, path: string): Route | undefined {
  // The root folder is asked for as `/contents/` or `/contents`.
  const normal = path.replace(/(\/repos\/[^/]+\/[^/]+\/contents)\/?$/, '$1/%2F')
  for (const { operation, pattern } of patterns) {
    const match = operation.method === method ? pattern.exec(normal) : null
    if (!match) continue
    const named = Object.entries(match.groups ?? {})
    return { operation, parameters: new Map(named.map(([name, value]) => [name, decode(value)])) }
  }
  return undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
