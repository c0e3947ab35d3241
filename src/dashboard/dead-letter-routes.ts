import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import type { DeadLetters } from '../dead-letters/dead-letters.ts'
import { letterJson } from '../dead-letters/letter-json.ts'
import {
  deadLetterListPage,
  deadLetterPage,
  noSuchLetterPage,
  type DoneToLetter,
} from './dead-letter-pages.ts'
import { refuseQuery, sendPage } from './replies.ts'

export interface DeadLetterRoutesOptions {
  readonly deadLetters: DeadLetters
  readonly clock: Pick<Clock, 'now'>
  /** Where people see pull requests, without a slash at its end. */
  readonly githubUrl: string
}

const PAGE_SIZE = 100

const apiQuery = z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(PAGE_SIZE) })
const pageQuery = z.object({ done: z.enum(['replayed', 'discarded', 'gone']).optional().catch(undefined) })
const params = z.object({ id: z.string() })
const unknownLetter = { error: 'there is no dead letter of that id' }

/** Dead letters as pages, and the same as JSON under `/api`. Who may change something was asked before. */
export function deadLetterRoutes(server: FastifyInstance, options: DeadLetterRoutesOptions): void {
  const { deadLetters, clock, githubUrl } = options
  // What our forms send: nothing that is read.
  server.addContentTypeParser('application/x-www-form-urlencoded', (_request, body, done) => {
    body.resume()
    body.once('end', () => done(null, undefined))
    body.once('error', done)
  })

  server.get('/api/dead-letters', async (request, reply) => {
    const query = apiQuery.safeParse(request.query)
    if (!query.success) return refuseQuery(reply, query.error)
    const letters = await deadLetters.list(query.data.limit)
    return { dead_letters: letters.map(letterJson) }
  })

  server.get('/api/dead-letters/:id', async (request, reply) => {
    const letter = await deadLetters.find(params.parse(request.params).id)
    return letter ? letterJson(letter) : reply.code(404).send(unknownLetter)
  })

  server.get('/dead-letters', async (request, reply) => {
    const { done } = pageQuery.parse(request.query)
    const letters = await deadLetters.list(PAGE_SIZE + 1)
    const page = {
      letters: letters.slice(0, PAGE_SIZE),
      more: letters.length > PAGE_SIZE,
      done,
      now: clock.now(),
    }
    return sendPage(reply, deadLetterListPage(page))
  })

  server.get('/dead-letters/:id', async (request, reply) => {
    const letter = await deadLetters.find(params.parse(request.params).id)
    return letter
      ? sendPage(reply, deadLetterPage(letter, githubUrl))
      : sendPage(reply.code(404), noSuchLetterPage())
  })

  for (const [verb, done] of [
    ['replay', 'replayed'],
    ['discard', 'discarded'],
  ] as const) {
    server.post(`/api/dead-letters/:id/${verb}`, async (request, reply) => {
      const { id } = params.parse(request.params)
      return (await deadLetters[verb](id)) ? { id, done } : reply.code(404).send(unknownLetter)
    })

    server.post(`/dead-letters/:id/${verb}`, async (request, reply) => {
      const changed = await deadLetters[verb](params.parse(request.params).id)
      return reply.redirect(`/dead-letters?done=${(changed ? done : 'gone') satisfies DoneToLetter}`, 303)
    })
  }
}
