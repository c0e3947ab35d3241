import { GitHubError, notFound } from '../github-error.ts'
import type { Delivery } from '../deliveries.ts'
import { numberOf, ok, type Call, type Operation } from '../operation.ts'

function requireApp(call: Call): void {
  if (call.actor.kind !== 'app') throw new GitHubError(401, 'A JSON web token could not be decoded')
}

function deliveryOf(call: Call): Delivery {
  requireApp(call)
  const delivery = call.deliveries.find(numberOf(call, 'delivery_id'))
  if (!delivery) throw notFound()
  return delivery
}

function showDelivery(delivery: Delivery): object {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt,
    redelivery: delivery.redelivery,
    duration: delivery.durationMs / 1000,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  }
}

export const hookDeliveryOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/app/hook/deliveries',
    documentation: 'apps/webhooks#list-deliveries-for-an-app-webhook',
    answer: (call) => {
      requireApp(call)
      const perPage = Math.min(100, Number(call.query.get('per_page') ?? 30) || 30)
      // Pages by cursor, newest first: the cursor is the id of the last delivery seen.
      const cursor = Number(call.query.get('cursor') ?? Number.POSITIVE_INFINITY)
      const older = call.deliveries.newestFirst().filter(({ id }) => id < cursor)
      const shown = older.slice(0, perPage)
      const last = shown.at(-1)
      if (!last || shown.length === older.length) return ok(shown.map(showDelivery))
      const next = `${call.world.url}/app/hook/deliveries?per_page=${perPage}&cursor=${last.id}`
      return { ...ok(shown.map(showDelivery)), headers: { link: `<${next}>; rel="next"` } }
    },
  },
  {
    method: 'GET',
    path: '/app/hook/deliveries/{delivery_id}',
    documentation: 'apps/webhooks#get-a-delivery-for-an-app-webhook',
    answer: (call) => {
      const delivery = deliveryOf(call)
      const { request, response } = delivery
      return ok({ ...showDelivery(delivery), url: delivery.url, request, response })
    },
  },
  {
    method: 'POST',
    path: '/app/hook/deliveries/{delivery_id}/attempts',
    documentation: 'apps/webhooks#redeliver-a-delivery-for-an-app-webhook',
    answer: (call) => {
      call.deliveries.redeliverLater(deliveryOf(call))
      return { status: 202, body: {} }
    },
  },
]
