import type { FastifyReply, FastifyRequest } from 'fastify'
import { isDirectLoopback } from './loopback.ts'
import type { PasswordGuard } from './password-guard.ts'

/**
 * Lets people at the pages, the API and the metrics: with the password, or, when none is set, from this machine only.
 * Returns undefined when the request may go on, after having answered it when it may not.
 */
export function guardAccess(
  request: FastifyRequest,
  reply: FastifyReply,
  guard: PasswordGuard | undefined,
): FastifyReply | undefined {
  const { remoteAddress } = request.socket
  if (!guard) {
    if (isDirectLoopback(remoteAddress, request.headers)) return undefined
    const error = 'open this page on the machine itself (http://localhost), or set a dashboard password'
    return reply.code(403).send({ error })
  }
  const answer = guard.judge(request.headers.authorization, remoteAddress ?? 'unknown')
  switch (answer.kind) {
    case 'right':
      return undefined
    case 'missing':
    case 'wrong':
      return reply
        .code(401)
        .header('www-authenticate', 'Basic realm="Lorgnette", charset="UTF-8"')
        .send({ error: answer.kind === 'missing' ? 'a password is needed' : 'the password is wrong' })
    case 'too-many':
      return reply
        .code(429)
        .header('retry-after', answer.retryAfterSeconds)
        .send({ error: 'too many wrong passwords: wait a minute' })
  }
}
