import type { Octokit } from '@octokit/core'
import type { DeliveryLog } from './github.ts'
import type { GitHubCalls } from './github-calls.ts'
import { hookDeliveriesResponse, readJson, toLoggedDelivery } from './octokit-responses.ts'

/** The log of the App's webhook, which the App itself may read. */
export function createDeliveryLog(octokit: Octokit, calls: GitHubCalls): DeliveryLog {
  return {
    page: async (cursor, signal) => {
      const what = "read the App's log of deliveries"
      const answer = await calls.call(what, signal, (parameters) =>
        octokit.request('GET /app/hook/deliveries', {
          per_page: 100,
          ...(cursor !== undefined && { cursor }),
          ...parameters,
        }),
      )
      const deliveries = readJson(hookDeliveriesResponse, answer, what).map(toLoggedDelivery)
      const next = nextCursor(answer.header('link'))
      return { deliveries, ...(next !== undefined && { next }) }
    },
    redeliver: async (id, signal) => {
      await calls.call(`have delivery ${id} delivered again`, signal, (parameters) =>
        octokit.request('POST /app/hook/deliveries/{delivery_id}/attempts', {
          delivery_id: id,
          ...parameters,
        }),
      )
    },
  }
}

/** Only the cursor is read: an address from outside is never called. */
function nextCursor(link: string | undefined): string | undefined {
  return /<[^>]*[?&]cursor=([\w.~%-]+)[^>]*>;\s*rel="next"/.exec(link ?? '')?.[1]
}
