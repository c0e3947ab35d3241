import { formatMoney } from '../budget/money.ts'
import { amountWords, paidQuestions, savedQuestions, sumSpent } from '../budget/spent.ts'
import { fold } from './fold.ts'
import { count, duration, number, timeTag } from './format.ts'
import { html, type Html } from './html.ts'
import { decisionSentence } from './plain-words.ts'
import type { RecordedCall, RecordedDelivery, RecordedEvent, RunRecord } from './run-history.ts'

/** Rows beyond this are for the API: a page stays a page. */
const MAX_ROWS = 500

/** The steps of a run, each with the time since the run was made. */
export function timelineSection({ run, timeline }: RunRecord): Html | undefined {
  if (timeline.length === 0) return undefined
  return html`<section>
    <h2>Timeline</h2>
    <ol class="timeline">
      ${timeline.slice(0, MAX_ROWS).map((event) => timelineStep(event, run.createdAt))}
    </ol>
    ${rest(timeline.length)}
  </section>`
}

function timelineStep({ step, detail, attempt, at }: RecordedEvent, began: Date): Html {
  const facts = Object.entries(detail).map(
    ([name, value]) => html`<span class="fact"><span>${name}</span> ${String(value)}</span> `,
  )
  return html`<li>
    <time datetime="${at.toISOString()}">+${duration(at.getTime() - began.getTime())}</time>
    <div>
      <strong>${step}</strong>${attempt > 1 && html` <span class="fact">attempt ${attempt}</span>`} ${facts}
    </div>
  </li>`
}

/** What was asked of the model, and what it cost. */
export function modelCallsSection(calls: readonly RecordedCall[]): Html | undefined {
  if (calls.length === 0) return undefined
  return html`<section>
    <h2>Questions to the model</h2>
    <p>${spendingSentence(calls)}</p>
    ${fold(count(calls.length, 'question', 'questions'), callTable(calls), { open: calls.length <= 12 })}
  </section>`
}

/** Unknown is not nothing: where a price is missing the sentence says so. */
function spendingSentence(calls: readonly RecordedCall[]): string {
  const spent = sumSpent(calls)
  const { paid, saved } = spent.money
  const withoutPrice = paid.withoutPrice + saved.withoutPrice
  const missing =
    withoutPrice === 0 ? '' : ` The price of ${count(withoutPrice, 'question', 'questions')} is not known.`
  const { wait, failed } = spent.questions
  const waited = wait === 0 ? '' : ` (${number(wait)} from one who was asking)`
  const fates = `${number(paidQuestions(spent))} paid, ${number(savedQuestions(spent))} from the cache${waited}, ${number(failed)} failed.`
  return `${fates} ${amountWords(paid)} spent, ${amountWords(saved)} saved by the cache.${missing}`
}

function callTable(calls: readonly RecordedCall[]): Html {
  return html`<table>
      <thead>
        <tr>
          <th scope="col">About</th>
          <th scope="col">Outcome</th>
          <th scope="col" class="amount">Tokens in</th>
          <th scope="col" class="amount">out</th>
          <th scope="col" class="amount">Cost</th>
          <th scope="col" class="amount">Took</th>
        </tr>
      </thead>
      <tbody>
        ${calls.slice(0, MAX_ROWS).map(callRow)}
      </tbody>
    </table>
    ${rest(calls.length)}`
}

/** What became of a question; a miss goes without saying. */
function outcomeWords({ source, outcome, cache }: RecordedCall): string {
  if (source === 'cache') return cache?.lookup === 'wait' ? 'from one who was asking' : 'from the cache'
  if (cache?.lookup === 'error') return `${outcome}, the cache was away`
  return cache?.lookup === 'bad-entry' ? `${outcome}, what was kept could not be read` : outcome
}

function callRow(call: RecordedCall): Html {
  const { inputTokens, cachedInputTokens, outputTokens } = call.usage
  return html`<tr>
    <th scope="row">${call.purpose} <code>${call.unit}</code> <span class="where">${call.model}</span></th>
    <td>${outcomeWords(call)} <span class="where">${call.detail}</span></td>
    <td class="amount">
      ${number(inputTokens)}${cachedInputTokens > 0 && html` <span class="where">${number(cachedInputTokens)} cached</span>`}
    </td>
    <td class="amount">${number(outputTokens)}</td>
    <td class="amount">${costOf(call)}</td>
    <td class="amount">${duration(call.latencyMs)}</td>
  </tr>`
}

function costOf({ cost, usage, source }: RecordedCall): string {
  if (cost === undefined) return usage.inputTokens + usage.outputTokens > 0 ? 'unknown' : ''
  return source === 'cache' ? `${formatMoney(cost)} saved` : formatMoney(cost)
}

/** What GitHub told us about this head. */
export function deliveriesSection(deliveries: readonly RecordedDelivery[]): Html | undefined {
  if (deliveries.length === 0) return undefined
  return html`<section>
    <h2>Deliveries from GitHub</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">What followed</th>
          <th scope="col">Received</th>
        </tr>
      </thead>
      <tbody>
        ${deliveries.map(
          (delivery) =>
            html`<tr>
              <th scope="row">
                ${delivery.name} ${delivery.action} <span class="where">${delivery.id}</span>
              </th>
              <td>${decisionSentence(delivery)}</td>
              <td>${timeTag(delivery.receivedAt)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}

function rest(rows: number): Html | false {
  return rows > MAX_ROWS && html`<p>And ${number(rows - MAX_ROWS)} more, which the API lists.</p>`
}
