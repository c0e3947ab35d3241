import { parseArgs } from 'node:util'
import { ingestOptions, runIngest } from './ingest.ts'

const usage = `usage: npm run bench -- ingest [options]

  ingest   webhook acknowledgements per second, beside Probot and bare node:http, in one run

  --json              one JSON object as the last line
  --rounds N          rounds, of which the median counts (default 5)
  --requests N        deliveries in each round to each server (default 15000)
  --connections A,B   connections at once (default 50,200)
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '15000' },
    connections: { type: 'string', default: '50,200' },
  },
})

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

if (positionals[0] === 'ingest') {
  const result = await runIngest(ingestOptions.parse(values), say)
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`)
} else {
  say(usage)
  process.exitCode = 2
}
