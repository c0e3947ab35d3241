import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { icon } from './layout.ts'
import { refuseQuery, sendPage } from './replies.ts'
import type { RecordedRun, RunHistory } from './run-history.ts'
import { runJson, runRecordJson } from './run-json.ts'
import { runListPage } from './run-list-page.ts'
import { noSuchRunPage, runPage } from './run-page.ts'
import { stylesheet } from './stylesheet.ts'

export interface DashboardOptions {
  readonly history: RunHistory
  readonly clock: Pick<Clock, 'now'>
  /** Where people see pull requests, without a slash at its end: `https://github.com`. */
  readonly githubUrl: string
}

const PAGE_SIZE = 30

const runId = z.string().min(1).max(100)
const apiQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(PAGE_SIZE),
  before: runId.optional(),
})
const pageQuery = z.object({ before: runId.optional().catch(undefined) })
const params = z.object({ id: z.string() })

/** The pages, and the same as JSON under `/api`. */
export function dashboardRoutes(server: FastifyInstance, options: DashboardOptions): void {
  const { history, clock, githubUrl } = options

  server.get('/api/runs', async (request, reply) => {
    const query = apiQuery.safeParse(request.query)
    if (!query.success) return refuseQuery(reply, query.error)
    const { runs } = await page(history, query.data.limit, query.data.before)
    return { runs: runs.map(runJson) }
  })

  server.get('/api/runs/:id', async (request, reply) => {
    const record = await history.find(params.parse(request.params).id)
    return record ? runRecordJson(record) : reply.code(404).send({ error: 'there is no run of that id' })
  })

  server.get('/', async (request, reply) => {
    const { before } = pageQuery.parse(request.query)
    const webhookUrl = `${request.protocol}://${request.host}/webhooks/github`
    const shown = await page(history, PAGE_SIZE, before)
    return sendPage(
      reply,
      runListPage({ ...shown, newest: before === undefined, now: clock.now(), webhookUrl }),
    )
  })

  server.get('/runs/:id', async (request, reply) => {
    const record = await history.find(params.parse(request.params).id)
    return record ? sendPage(reply, runPage(record, githubUrl)) : sendPage(reply.code(404), noSuchRunPage())
  })

  server.get('/style.css', (_request, reply) => sendFile(reply, 'text/css; charset=utf-8', stylesheet))
  server.get('/icon.svg', (_request, reply) => sendFile(reply, 'image/svg+xml', icon))
}

/** One page of runs, and whether older ones follow. */
async function page(
  history: RunHistory,
  limit: number,
  before: string | undefined,
): Promise<{ readonly runs: readonly RecordedRun[]; readonly more: boolean }> {
  const runs = await history.list({ limit: limit + 1, ...(before !== undefined && { before }) })
  return { runs: runs.slice(0, limit), more: runs.length > limit }
}

function sendFile(reply: FastifyReply, type: string, content: string): FastifyReply {
  return reply.type(type).header('cache-control', 'private, max-age=300').send(content)
}
