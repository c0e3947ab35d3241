import type { FastifyInstance } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'
import type { Metrics } from '../telemetry/metrics.ts'
import { createBodyReader } from './read-body.ts'
import type { DeliveryReceiver } from './receive-delivery.ts'
import { refuseUnread } from './refuse-unread.ts'

/** GitHub caps payloads at 25 MB. */
const MAX_BODY_BYTES = 25 * 1024 * 1024
/** Ten of the largest at once; more than ten thousand of the usual size. */
const MAX_BYTES_UNDER_WAY = 256 * 1024 * 1024

export interface WebhookRoutesOptions {
  readonly receiver: DeliveryReceiver
  readonly metrics: Metrics
  /** Whether this request may come without a signature. */
  readonly unsignedAllowed: (remoteAddress: string | undefined, headers: IncomingHttpHeaders) => boolean
}

/** `POST /webhooks/github`. The signature is over the raw bytes, so the body is read here and parsed by nobody before. */
export function webhookRoutes(server: FastifyInstance, options: WebhookRoutesOptions): void {
  const { receiver, metrics, unsignedAllowed } = options
  const readBody = createBodyReader({ oneBytes: MAX_BODY_BYTES, allBytes: MAX_BYTES_UNDER_WAY })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, _body, done) => done(null))

  server.post('/webhooks/github', async (request, reply) => {
    const began = performance.now()
    const { headers, raw, socket } = request
    const form = unsupportedForm(headers)
    if (form !== undefined) {
      metrics.delivery('refused', 'form')
      reply.hijack()
      refuseUnread(raw, reply.raw, 415, form)
      return
    }
    const body = await readBody(raw)
    if (body === 'too-large' || body === 'overloaded') {
      metrics.delivery('refused', body)
      reply.hijack()
      if (body === 'too-large')
        refuseUnread(raw, reply.raw, 413, `the body is larger than ${MAX_BODY_BYTES} bytes`)
      else refuseUnread(raw, reply.raw, 503, 'too much is coming in at once: send it again later')
      return
    }
    if (body === 'cut-off') {
      // Nobody is left to answer to.
      metrics.delivery('refused', 'cut-off')
      reply.hijack()
      return
    }
    const answer = await receiver.receive(headers, body, unsignedAllowed(socket.remoteAddress, headers))
    if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', answer.retryAfterSeconds)
    metrics.acknowledged((performance.now() - began) / 1_000)
    return reply.code(answer.status).send(answer.body)
  })
}

/** Why a body in this form is not taken; undefined for plain JSON. Nothing is inflated, so no bomb can go off. */
function unsupportedForm(headers: IncomingHttpHeaders): string | undefined {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return 'send the body without Content-Encoding'
  }
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/json') return undefined
  return 'choose the content type application/json in the webhook settings on GitHub'
}
