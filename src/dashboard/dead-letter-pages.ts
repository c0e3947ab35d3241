import type { ExplainedLetter } from '../dead-letters/dead-letters.ts'
import { agoTag, count, timeTag } from './format.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'

/** What the person has just done to a letter. */
export type DoneToLetter = 'replayed' | 'discarded' | 'gone'

const done: Readonly<Record<DoneToLetter, string>> = {
  replayed: 'The work will be done again, from its first attempt.',
  discarded: 'The dead letter was discarded.',
  gone: 'That dead letter was gone already: somebody else replayed or discarded it.',
}

export interface DeadLetterListPage {
  readonly letters: readonly ExplainedLetter[]
  /** Whether there are more than these. */
  readonly more: boolean
  readonly done: DoneToLetter | undefined
  readonly now: Date
}

/** Work that was given up, newest first. */
export function deadLetterListPage({ letters, more, done: did, now }: DeadLetterListPage): Html {
  return layout(
    'Dead letters',
    html`<h1>Dead letters</h1>
      <p>
        Work that failed in all its attempts, or that cannot succeed. It waits here until somebody decides.
      </p>
      ${did && html`<p class="verdict" role="status">${done[did]}</p>`}
      ${letters.length > 0 ? letterTable(letters, now) : html`<p>There are none.</p>`}
      ${more && html`<p>There are more: <code>lorgnette dead-letters list</code> shows them all.</p>`}`,
  )
}

function letterTable(letters: readonly ExplainedLetter[], now: Date): Html {
  return html`<table class="runs" role="table">
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col">Work</th>
        <th role="columnheader" scope="col">Attempts</th>
        <th role="columnheader" scope="col">Given up</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${letters.map(
        (letter) =>
          html`<tr role="row">
            <th role="rowheader" scope="row">
              <a class="title" href="${addressOf(letter)}">${titleOf(letter)}</a>
              <span class="where">${subjectOf(letter)}</span>
              <span class="why">${letter.reason.slice(0, 300)}</span>
            </th>
            <td role="cell">${letter.attempts}</td>
            <td role="cell">${agoTag(letter.buriedAt, now)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

/** One of them, with its whole cause and what can be done. */
export function deadLetterPage(letter: ExplainedLetter, githubUrl: string): Html {
  const { run } = letter
  return layout(
    'Dead letter',
    html`<p class="back"><a href="/dead-letters">← Dead letters</a></p>
      <h1>${titleOf(letter)}</h1>
      <p class="where">
        ${
          run
            ? html`<a href="${`${githubUrl}/${run.repository}/pull/${run.pullRequest}`}"
                  >${subjectOf(letter)}</a
                >, head <code>${run.head.slice(0, 7)}</code>,
                <a href="${`/runs/${encodeURIComponent(run.id)}`}">its run</a>`
            : subjectOf(letter)
        }
      </p>
      <p class="verdict failed">${letter.advice}</p>
      <div class="choices">
        <form method="post" action="${`${addressOf(letter)}/replay`}">
          <button class="first">Do it again</button>
        </form>
        <form method="post" action="${`${addressOf(letter)}/discard`}"><button>Discard</button></form>
      </div>
      <h2>Cause</h2>
      <pre>${letter.reason}</pre>
      <h2>The job</h2>
      <p>
        <code>${letter.id}</code>, ${count(letter.attempts, 'attempt', 'attempts')}, queued
        ${timeTag(letter.enqueuedAt)}, given up ${timeTag(letter.buriedAt)}
      </p>
      <pre>${JSON.stringify(letter.payload, undefined, 2)}</pre>`,
  )
}

/** The page for an id that no letter has any more. */
export function noSuchLetterPage(): Html {
  return layout(
    'No such dead letter',
    html`<h1>There is no such dead letter</h1>
      <p>
        It was replayed or discarded, or the address is mistyped.
        <a href="/dead-letters">Dead letters</a> lists what there is.
      </p>`,
  )
}

function titleOf({ run, kind }: ExplainedLetter): string {
  return run ? run.title || 'Untitled' : `A job of kind ${kind}`
}

function subjectOf({ run, id }: ExplainedLetter): string {
  return run ? `${run.repository}#${run.pullRequest}` : id
}

function addressOf({ id }: ExplainedLetter): string {
  return `/dead-letters/${encodeURIComponent(id)}`
}
