import { html, type Html } from '../src/dashboard/html.ts'
import { aimsOf } from './aims.ts'
import { lineChart, type Series } from './chart.ts'
import type { LoadReport } from './load-report.ts'
import type { LevelReport } from './measure-level.ts'
import { stylesheet } from './report-stylesheet.ts'
import { shown } from './shown.ts'

/** One page that needs nothing else: no scripts, fonts or images. */
export function renderHtml({ machine, command, date, options, levels, growth }: LoadReport): string {
  const title = `Load of ${levels.map(({ prs }) => prs).join(', ')} pull requests`
  const page = html`<main>
    <h1>${title}</h1>
    <p class="about">${date} · ${machine}</p>
    <pre>${command}</pre>
    ${growth.length > 0 && html`<p class="bad">${growth.map((line) => html`${line}<br />`)}</p>`}
    ${levels.map((level) => renderLevel(level, options))}
  </main>`
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title}</title>`
  return `<!doctype html><html lang="en"><head>${head}<style>${stylesheet}</style></head><body>${page.toString()}</body></html>\n`
}

const classes = { met: 'good', missed: 'bad', 'not measured': 'unknown' } as const

function renderLevel(level: LevelReport, options: LoadReport['options']): Html {
  const { prs, endToEnd, acknowledgement, ideal, tookMs, faults } = level
  return html`<section>
    <h2>${prs} ${prs === 1 ? 'pull request' : 'pull requests'}</h2>
    <dl class="figures">
      ${figure('reviews there, once', `${level.delivered} of ${level.owed}`)}
      ${figure('delivery to review, p95', shown(endToEnd?.p95, seconds))}
      ${figure('ideal p95', shown(ideal?.p95, seconds))}
      ${figure('reviews a minute', String(Math.round(level.reviewsPerMinute)))}
      ${figure(
        'acknowledged, p99',
        shown(acknowledgement?.p99, (ms) => `${Math.round(ms)} ms`),
      )}
      ${figure('answers from the cache', shown(level.cache.hitRate, percent))}
      ${figure('all quiet after', seconds(tookMs))}
    </dl>
    <table>
      <caption>
        What was aimed at
      </caption>
      <thead>
        <tr>
          <th>Aim</th>
          <th>Aimed at</th>
          <th>Measured</th>
          <th>Outcome</th>
        </tr>
      </thead>
      <tbody>
        ${aimsOf(level, options).map(
          ({ what, aim, measured, outcome }) =>
            html`<tr class="${classes[outcome]}">
              <td>${what}</td>
              <td>${aim}</td>
              <td>${measured}</td>
              <td>${outcome}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      faults.length > 0 &&
      html`<ul class="bad">
        ${faults.map((fault) => html`<li>${fault}</li>`)}
      </ul>`
    }
    <div class="charts">
      ${lineChart({ title: 'From delivery to review', x: 'seconds', y: '% of reviews', stepped: true }, [
        distribution('measured', level.endToEndMs),
        distribution('ideal', level.idealMs),
      ])}
      ${lineChart({ title: 'Depth of the queue', x: 'seconds', y: 'jobs', stepped: true }, [
        overTime('ready', level.depths, ({ ready }) => ready),
        overTime('under way', level.depths, ({ leased }) => leased),
        overTime('to come later', level.depths, ({ delayed }) => delayed),
      ])}
      ${lineChart(
        { title: 'Processor', x: 'seconds', y: 'cores' },
        byProcess(level, ({ cpu }) => cpu),
      )}
      ${lineChart(
        { title: 'Resident memory', x: 'seconds', y: 'MB' },
        byProcess(level, ({ megabytes }) => megabytes),
      )}
    </div>
    <table>
      <caption>
        Processes
      </caption>
      <thead>
        <tr>
          <th>Process</th>
          <th>CPU, mean</th>
          <th>Memory, most</th>
          <th>Handles, most</th>
          <th>Sockets, most</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(level.processes).map(
          ([name, { meanCpu, maxMegabytes, maxHandles, maxSockets }]) =>
            html`<tr>
              <td>${name}</td>
              <td>${shown(meanCpu, (cores) => cores.toFixed(2))}</td>
              <td>${Math.round(maxMegabytes)} MB</td>
              <td>${maxHandles}</td>
              <td>${maxSockets}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <table>
      <caption>
        Calls to GitHub
      </caption>
      <thead>
        <tr>
          <th>Call</th>
          <th>All</th>
          <th>For one review</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(level.calls.byKind).map(
          ([kind, count]) =>
            html`<tr>
              <td>${kind}</td>
              <td>${count}</td>
              <td>${(count / Math.max(1, level.endToEndMs.length)).toFixed(2)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}

function figure(name: string, value: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`
}

/** How many percent of the values are not above x. */
function distribution(name: string, values: readonly number[]): Series {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    name,
    points: [
      [0, 0],
      ...sorted.map((value, index) => [value / 1_000, ((index + 1) / sorted.length) * 100] as const),
    ],
  }
}

function overTime<Sample extends { readonly atMs: number }>(
  name: string,
  samples: readonly Sample[],
  of: (sample: Sample) => number,
): Series {
  return { name, points: samples.map((sample) => [sample.atMs / 1_000, of(sample)]) }
}

function byProcess(
  { samples }: LevelReport,
  of: (sample: LevelReport['samples'][string][number]) => number,
): Series[] {
  return Object.entries(samples).map(([name, list]) => overTime(name, list, of))
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`
}
