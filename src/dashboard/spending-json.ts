import type { Json } from '../base/json.ts'
import { spentJson } from '../budget/spent-json.ts'
import type { SpendingPage } from './spending-page.ts'

/** What was spent, as the API shows it. Names are part of the API: new ones may come, none changes its meaning or goes. */
export function spendingJson({ period, spent, curtailed, inUse }: SpendingPage): Json {
  const { reserved } = inUse
  return {
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    total: spentJson(spent.total),
    days: spent.days.map(({ day, ...one }) => ({ day, ...spentJson(one) })),
    repositories: spent.repositories.map(({ repository, ...one }) => ({ repository, ...spentJson(one) })),
    models: spent.models.map(({ model, ...one }) => ({ model, ...spentJson(one) })),
    reserved: {
      questions: reserved.questions,
      micro_dollars: reserved.money,
      tokens: reserved.tokens,
    },
    caps: inUse.caps.map(({ scope, of, measure, limit, spent, reserved, givenUp }) => ({
      scope,
      of,
      // Money is in micro-dollars.
      measure,
      limit,
      spent,
      reserved,
      given_up: givenUp ?? null,
    })),
    runs_cut_short: {
      count: curtailed.count,
      newest: curtailed.newest.map(({ runId, repository, pullRequest, title, at, detail }) => ({
        run: runId,
        repository,
        pull_request: pullRequest,
        title,
        at: at.toISOString(),
        detail,
      })),
    },
  }
}
