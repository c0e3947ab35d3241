import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import type { Caps } from '../budget/caps.ts'
import { lastDays, MAX_DAYS, type SpendingRecord } from '../budget/spending-record.ts'
import { refuseQuery, sendPage } from './replies.ts'
import { spendingJson } from './spending-json.ts'
import { spendingPage, type SpendingPage } from './spending-page.ts'

export interface SpendingRoutesOptions {
  readonly spending: SpendingRecord
  /** Those that hold now. */
  readonly caps: Caps
  readonly clock: Pick<Clock, 'now'>
}

const DAYS = 30
/** So many repositories, and as many models. */
const PAGE_SIZE = 20

const days = z.coerce.number().int().min(1).max(MAX_DAYS).default(DAYS)
const apiQuery = z.object({ days, limit: z.coerce.number().int().min(1).max(1_000).default(100) })
const pageQuery = z.object({ days: days.catch(DAYS) })

/** What was spent and may still be, as a page, and the same as JSON under `/api`. */
export function spendingRoutes(server: FastifyInstance, options: SpendingRoutesOptions): void {
  const { spending, caps, clock } = options

  server.get('/api/spending', async (request, reply) => {
    const query = apiQuery.safeParse(request.query)
    if (!query.success) return refuseQuery(reply, query.error)
    return spendingJson(await look(query.data.days, query.data.limit))
  })

  server.get('/spending', async (request, reply) => {
    const { days } = pageQuery.parse(request.query)
    return sendPage(reply, spendingPage(await look(days, PAGE_SIZE)))
  })

  async function look(days: number, limit: number): Promise<SpendingPage> {
    const now = clock.now()
    const period = lastDays(days, now)
    const [spent, curtailed, inUse] = await Promise.all([
      spending.spent(period, limit),
      spending.curtailed(period, limit),
      spending.capsInUse(caps, now, limit),
    ])
    return { days, period, spent, curtailed, caps, inUse, now }
  }
}
