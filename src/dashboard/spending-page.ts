import type { CapInUse } from '../budget/cap-in-use.ts'
import type { Caps } from '../budget/caps.ts'
import { formatMoney, type MicroDollars } from '../budget/money.ts'
import type {
  CapsInUse,
  CurtailedRun,
  CurtailedRuns,
  Period,
  SpentInPeriod,
} from '../budget/spending-record.ts'
import { amountWords, paidQuestions, savedQuestions, type Spent } from '../budget/spent.ts'
import type { Stakes } from '../llm/model.ts'
import { figure } from './figure.ts'
import { fold } from './fold.ts'
import { agoTag, count, number } from './format.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { spendingChart } from './spending-chart.ts'

export interface SpendingPage {
  readonly days: number
  readonly period: Period
  readonly spent: SpentInPeriod
  readonly curtailed: CurtailedRuns
  readonly caps: Caps
  readonly inUse: CapsInUse
  readonly now: Date
}

const CHOICES = [7, 30, 90]
const MOST_CURTAILED = 5

/** What was spent and saved in the last days, and how far the caps are used. */
export function spendingPage(page: SpendingPage): Html {
  const { days, period, spent } = page
  const isEmpty = Object.values(spent.total.questions).every((some) => some === 0)
  return layout(
    'Spending',
    html`<h1>Spending</h1>
      <nav class="pages choice" aria-label="Days">
        ${CHOICES.map((choice) =>
          choice === days
            ? html`<strong>${number(choice)} days</strong> `
            : html`<a href="/spending?days=${choice}">${number(choice)} days</a> `,
        )}
        ${!CHOICES.includes(days) && html`<strong>${count(days, 'day', 'days')}</strong>`}
      </nav>
      ${isEmpty ? html`<p class="verdict">No model was asked in these days (UTC).</p>` : totals(spent.total)}
      ${!isEmpty && spendingChart(spent, period)} ${capsSection(page)} ${curtailedSection(page)}
      ${!isEmpty && tables(spent)}`,
  )
}

function tables({ days, repositories, models }: SpentInPeriod): Html {
  const byDay = spentTable(
    'Day (UTC)',
    days.map((one) => ({ name: one.day, ...one })),
  )
  return html`<section>
      <h2>By repository</h2>
      ${spentTable(
        'Repository',
        repositories.map((one) => ({ name: one.repository, ...one })),
      )}
    </section>
    <section>
      <h2>By model</h2>
      ${spentTable(
        'Model',
        models.map((one) => ({ name: one.model, ...one })),
      )}
    </section>
    <section>
      <h2>By day</h2>
      ${fold(count(days.length, 'day', 'days'), byDay, { open: days.length <= 7 })}
    </section>`
}

function totals(total: Spent): Html {
  const { questions, tokens, money } = total
  const [paid, saved] = [paidQuestions(total), savedQuestions(total)]
  const share = paid + saved === 0 ? 0 : Math.round((100 * saved) / (paid + saved))
  const withoutPrice = money.paid.withoutPrice + money.saved.withoutPrice
  return html`<dl class="figures">
      ${figure('Spent', amountWords(money.paid))} ${figure('Saved by the cache', amountWords(money.saved))}
      ${figure('Questions paid', number(paid))}
      ${figure('From the cache', html`${number(saved)} (${share} %)`)}
      ${questions.wait > 0 && figure('of them waited for', number(questions.wait))}
      ${figure('Failed', number(questions.failed))} ${figure('Tokens paid', number(tokens.paid))}
      ${figure('Tokens saved', number(tokens.saved))}
    </dl>
    ${
      withoutPrice > 0 &&
      html`<p>
        The price of ${count(withoutPrice, 'question', 'questions')} is not known: what they cost comes on
        top. <code>LLM_PRICES_FILE</code> names prices of your own.
      </p>`
    }
    ${
      questions.error + questions['bad-entry'] > 0 &&
      html`<p>
        ${count(questions.error, 'question', 'questions')} found the cache away, and
        ${count(questions['bad-entry'], 'answer', 'answers')} of it could not be read.
      </p>`
    }`
}

function capsSection({ caps, inUse }: SpendingPage): Html {
  if (Object.keys(caps).length === 0)
    return html`<section>
      <h2>Caps</h2>
      <p>None is set. <code>CAP_PER_DAY</code> and its like bound what may be spent.</p>
    </section>`
  const { reserved } = inUse
  return html`<section>
    <h2>Caps</h2>
    <p>
      ${
        reserved.questions === 0
          ? 'Nothing is set aside: no question is under way.'
          : html`Set aside for ${count(reserved.questions, 'question', 'questions')} under way, at most:
            ${formatMoney(reserved.money)}, ${number(reserved.tokens)} tokens.`
      }
      ${[capOfEach('run', caps), capOfEach('pull-request', caps), capOfEach('repository', caps)]}
    </p>
    ${inUse.caps.length > 0 && capTable(inUse.caps)}
  </section>`
}

const eachWords = {
  run: 'Each run',
  'pull-request': 'Each pull request',
  repository: 'Each repository in a day',
}

function capOfEach(scope: keyof typeof eachWords, caps: Caps): string | undefined {
  const { money, tokens } = caps[scope] ?? {}
  const limits = [
    ...(money === undefined ? [] : [formatMoney(money)]),
    ...(tokens === undefined ? [] : [`${number(tokens)} tokens`]),
  ]
  return limits.length === 0 ? undefined : `${eachWords[scope]} may use ${limits.join(', ')}. `
}

function capTable(caps: readonly CapInUse[]): Html {
  return html`<table class="runs" role="table">
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col">Of</th>
        <th role="columnheader" scope="col">Used</th>
        <th role="columnheader" scope="col" class="amount">Spent</th>
        <th role="columnheader" scope="col" class="amount wide">Set aside</th>
        <th role="columnheader" scope="col" class="amount">Cap</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${caps.map(capRow)}
    </tbody>
  </table>`
}

const scopeWords = {
  repository: 'the repository, today',
  day: 'the day',
  month: 'the month',
  run: '',
  'pull-request': '',
}

/** The order of giving up: each with what went before it. */
const givenUpWords: Readonly<Record<Stakes, string>> = {
  extra: 'changes as a whole (deep)',
  least: 'changes as a whole (deep), and second looks at what is not severe',
  low: 'changes as a whole (deep), second looks at what is not severe, and tests, prose and settings',
  high: 'questions of any kind',
}

function capRow({ scope, of, measure, limit, spent, reserved, givenUp }: CapInUse): Html {
  const words = (value: number): string =>
    measure === 'money' ? formatMoney(value as MicroDollars) : `${number(value)} tokens` // as the measure says
  const percent = Math.round((100 * spent) / limit)
  return html`<tr role="row">
    <th role="rowheader" scope="row">
      ${of} <span class="where">${scopeWords[scope]}</span>
      ${givenUp !== undefined && html`<span class="why">Not asked any more: ${givenUpWords[givenUp]}.</span>`}
    </th>
    <td role="cell">
      <meter
        min="0"
        max="${limit}"
        low="${limit * 0.7}"
        high="${limit * 0.9}"
        optimum="0"
        value="${Math.min(spent, limit)}"
      ></meter>
      ${number(percent)} %
    </td>
    <td role="cell" class="amount">${words(spent)}</td>
    <td role="cell" class="amount wide">${reserved === 0 ? '–' : words(reserved)}</td>
    <td role="cell" class="amount">${words(limit)}</td>
  </tr>`
}

function curtailedSection({ curtailed, now }: SpendingPage): Html | undefined {
  if (curtailed.count === 0) return undefined
  const shown = curtailed.newest.slice(0, MOST_CURTAILED)
  const more = curtailed.count - shown.length
  return html`<section>
    <h2>Reviews that a cap cut short</h2>
    <p>
      ${count(curtailed.count, 'run', 'runs')} left something out, and said so. A later push, or a replay
      after the cap was raised, reads the rest.
    </p>
    <table class="runs" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Pull request</th>
          <th role="columnheader" scope="col">When</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${shown.map(
          ({ runId, title, repository, pullRequest, at, detail }) =>
            html`<tr role="row">
              <th role="rowheader" scope="row">
                <a class="title" href="${`/runs/${encodeURIComponent(runId)}`}">${title || 'Untitled'}</a>
                <span class="where">${repository}#${pullRequest}</span>
                <span class="why">${leftOut(detail)}</span>
              </th>
              <td role="cell">${agoTag(at, now)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${more > 0 && html`<p>And ${number(more)} more, which the API lists.</p>`}
  </section>`
}

/** `over the money cap of the day: units not read 2, candidates without a second look 1`. */
function leftOut({ why, ...amounts }: CurtailedRun['detail']): string {
  const some = Object.entries(amounts).filter(([, amount]) => amount !== 0)
  return [why, some.map(([name, amount]) => `${name} ${amount}`).join(', ')].filter(Boolean).join(': ')
}

function spentTable(heading: string, rows: readonly (Spent & { readonly name: string })[]): Html {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${heading}</th>
        <th scope="col" class="amount">Spent</th>
        <th scope="col" class="amount">Saved</th>
        <th scope="col" class="amount">Paid</th>
        <th scope="col" class="amount">From cache</th>
        <th scope="col" class="amount wide">Waited</th>
        <th scope="col" class="amount">Failed</th>
        <th scope="col" class="amount wide">Tokens paid</th>
        <th scope="col" class="amount wide">saved</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(spentRow)}
    </tbody>
  </table>`
}

function spentRow({ name, ...spent }: Spent & { readonly name: string }): Html {
  const { questions, tokens, money } = spent
  return html`<tr>
    <th scope="row" class="name">${name}</th>
    <td class="amount">${amountWords(money.paid)}</td>
    <td class="amount">${amountWords(money.saved)}</td>
    <td class="amount">${number(paidQuestions(spent))}</td>
    <td class="amount">${number(questions.hit)}</td>
    <td class="amount wide">${number(questions.wait)}</td>
    <td class="amount">${number(questions.failed)}</td>
    <td class="amount wide">${number(tokens.paid)}</td>
    <td class="amount wide">${number(tokens.saved)}</td>
  </tr>`
}
