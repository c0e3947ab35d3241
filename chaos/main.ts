import { parseArgs } from 'node:util'
import { tellCoverage } from './report.ts'
import { runChaos } from './run-chaos.ts'

const help = `Strikes the system while it works, and counts what came out.

Usage: npm run chaos -- [options]

  --runs N     runs, each with pull requests and kills of its own (default 20)
  --seed S     everything that is chance follows from it (default 1)
  --first N    begin with this run of the seed (default 1): to play one run again
  --lanes N    systems of their own that share the runs (default 1): a run mostly waits, so two cores carry several
  --keep-logs  leave the logs of all processes, and say where
  --json       one JSON object as the last line of the output
  --help       print this

Ends with 1 when anything was lost, came twice, was posted for a stale head, or is unaccounted for.
`

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '1' },
    'keep-logs': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) process.stdout.write(help)
else process.exitCode = await main()

async function main(): Promise<number> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
  const options = {
    runs: Number(values.runs),
    seed: values.seed,
    first: Number(values.first),
    lanes: Number(values.lanes),
    keepLogs: values['keep-logs'],
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { report, results, passed } = await runChaos(options, say, stop.signal)
  for (const line of tellCoverage(results)) say(line)
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${JSON.stringify(report, null, 2)}\n`)
  return passed ? 0 : 1
}
