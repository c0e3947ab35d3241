import { parseArgs } from 'node:util'
import { ingestOptions, runIngest } from './ingest.ts'
import { runStart } from './start.ts'

const usage = `usage: npm run bench -- <ingest | start> [options]

  ingest   webhook acknowledgements per second, beside Probot and bare node:http, in one run
  start    how fast \`npm start\` is ready, and its memory while nothing happens

  --json              one JSON object as the last line

  of ingest:
  --rounds N          rounds, of which the median counts (default 5)
  --requests N        deliveries in each round to each server (default 10000)
  --connections A,B   connections at once (default 50,200)
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '50,200' },
  },
})

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

const [benchmark] = positionals
if (benchmark === 'ingest') tell(await runIngest(ingestOptions.parse(values), say))
else if (benchmark === 'start') tell(await runStart(say))
else {
  say(usage)
  process.exitCode = 2
}

function tell(result: object): void {
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`)
}
