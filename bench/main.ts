import { parseArgs } from 'node:util'
import { ingestOptions, runIngest } from './ingest.ts'
import { queueOptions, runQueue } from './queue.ts'
import { runStart } from './start.ts'

const usage = `usage: npm run bench -- <ingest | queue | start> [options]

  ingest   webhook acknowledgements per second, beside Probot and bare node:http, in one run
  queue    jobs through our queues and our worker, beside BullMQ and pg-boss, in one run
  start    how fast \`npm start\` is ready, and its memory while nothing happens

  --json              one JSON object as the last line

  of ingest:
  --rounds N          rounds, of which the median counts (default 5)
  --requests N        deliveries in each round to each server (default 10000)
  --connections A,B   connections at once (default 50,200)

  of queue:
  --rounds N          rounds, of which the median counts (default 5)
  --jobs N            jobs in each round of each queue (default 20000)
  --parts A,B         of redis, latency, memory, postgres, takeover (default all)
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '50,200' },
    jobs: { type: 'string', default: '20000' },
    parts: { type: 'string', default: 'redis,latency,memory,postgres,takeover' },
  },
})

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

const [benchmark] = positionals
if (benchmark === 'ingest') tell(await runIngest(ingestOptions.parse(values), say))
else if (benchmark === 'queue') tell(await runQueue(queueOptions.parse(values), say))
else if (benchmark === 'start') tell(await runStart(say))
else {
  say(usage)
  process.exitCode = 2
}

function tell(result: object): void {
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`)
}
