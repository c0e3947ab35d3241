import type { FastifyReply } from 'fastify'
import type { ZodError } from 'zod'
import type { Html } from './html.ts'

export function sendPage(reply: FastifyReply, markup: Html): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(String(markup))
}

/** Says what is wrong with the first wrong parameter of a query. */
export function refuseQuery(reply: FastifyReply, { issues }: ZodError): FastifyReply {
  const [issue] = issues
  return reply.code(400).send({ error: `${issue?.path.join('.')}: ${issue?.message}` })
}
