import { ok, type Operation } from '../operation.ts'

export const rateLimitOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/rate_limit',
    documentation: 'rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user',
    answer: (call) => {
      const core = call.limits.overview(call.actor, 'core')
      const graphql = call.limits.overview(call.actor, 'graphql')
      const search = { ...core, limit: 30, remaining: 30, used: 0 }
      return ok({ resources: { core, graphql, search }, rate: core })
    },
  },
]
