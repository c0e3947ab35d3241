import path from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { packageRoot } from '../src/base/package-root.ts'
import { loadOptions } from './options.ts'
import { renderMarkdown } from './report-markdown.ts'
import { keepReport, runLoad } from './run-load.ts'

const help = `The whole system under load, over the wire, and what came of it.

Usage: npm run load -- [options]

  --prs A,B,…               pull requests of each level (default 10,50,100)
  --workers N               processes of \`lorgnette work\` (default 2)
  --concurrency N           runs at once in each (default 50)
  --unit-concurrency N      questions at once of one run (default 20)
  --model-concurrency N     questions at once of one process (default 200)
  --model-latency MS        the model answers after (default 300)
  --github-latency MS       GitHub answers after (default 50)
  --effort E                quick or standard (default standard)
  --sizes S                 fixed: 10 files, 400 added lines; spread: as in open-source projects (default fixed)
  --over MS                 deliveries come within this time; 0 is at once (default 0)
  --pushes SHARE            of the pull requests, pushed to while they may be under review (default 0.1)
  --redeliveries SHARE      of the deliveries, made twice (default 0.1)
  --model-limits SHARE      of the pull requests, one question first answered with 429 (default 0)
  --github-errors SHARE     of the pull requests, one call first answered with 502 (default 0)
  --github-limits SHARE     of the pull requests, one write first meets the secondary limit (default 0)
  --content-limits          GitHub limits content writes, 80 in a minute and 500 in an hour, and the product keeps to
                            that; without it neither counts
  --soak DURATION           deliveries come evenly for so long (90s, 20m, 2h); fails when anything grows
  --seed S                  everything that is chance follows from it (default 1)
  --out FOLDER              of the report (default load/results)
  --json                    one JSON object as the last line
  --help                    print this

Writes a report as JSON and as a page. Ends with 1 when an owed review is not there exactly once.
`

const { values } = parseArgs({
  options: {
    prs: { type: 'string', default: '10,50,100' },
    workers: { type: 'string', default: '2' },
    concurrency: { type: 'string', default: '50' },
    'unit-concurrency': { type: 'string', default: '20' },
    'model-concurrency': { type: 'string', default: '200' },
    'model-latency': { type: 'string', default: '300' },
    'github-latency': { type: 'string', default: '50' },
    effort: { type: 'string', default: 'standard' },
    sizes: { type: 'string', default: 'fixed' },
    over: { type: 'string', default: '0' },
    pushes: { type: 'string', default: '0.1' },
    redeliveries: { type: 'string', default: '0.1' },
    'model-limits': { type: 'string', default: '0' },
    'github-errors': { type: 'string', default: '0' },
    'github-limits': { type: 'string', default: '0' },
    'content-limits': { type: 'boolean', default: false },
    soak: { type: 'string' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: path.join(packageRoot, 'load', 'results') },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const say = (line: string): void => void process.stderr.write(`${line}\n`)

if (values.help) process.stdout.write(help)
else process.exitCode = await main()

async function main(): Promise<number> {
  const camelCase = (name: string): string =>
    name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value]))
  const options = loadOptions.safeParse(given)
  if (!options.success) {
    say(z.prettifyError(options.error))
    return 2
  }
  const command = ['npm run load --', ...process.argv.slice(2)].join(' ')
  const report = await runLoad(options.data, command, say)
  say(`The report is ${keepReport(report, values.out)}`)
  say(renderMarkdown(report.levels))
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  return report.passed ? 0 : 1
}
