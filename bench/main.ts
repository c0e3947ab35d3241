import { parseArgs } from 'node:util'
import { budgetOptions, runBudget } from './budget.ts'
import { cacheReplayOptions, runCacheReplay } from './cache-replay.ts'
import { engineOptions, runEngine } from './engine.ts'
import { ingestOptions, runIngest } from './ingest.ts'
import { limitsOptions, runLimits } from './limits.ts'
import { queueOptions, runQueue } from './queue.ts'
import { runStart } from './start.ts'

const usage = `usage: npm run bench -- <ingest | queue | start | engine | cache-replay | budget | limits> [options]

  ingest   webhook acknowledgements per second, beside Probot and bare node:http, in one run
  queue    jobs through our queues and our worker, beside BullMQ and pg-boss, in one run
  start    how fast \`npm start\` is ready, and its memory while nothing happens

  engine   what a review takes beside the model: CPU time and tokens

  cache-replay  what the cache saves when pull requests are pushed again, on recorded histories
  budget   whether a cap holds against 200 runs in four processes, and how far estimates are off
  limits   whether four processes keep one limit and use it up, and what cache and limiter cost (two and a half minutes)

  --json              one JSON object as the last line

  of ingest:
  --rounds N          rounds, of which the median counts (default 5)
  --requests N        deliveries in each round to each server (default 10000)
  --connections A,B   connections at once (default 50,200)

  of queue:
  --rounds N          rounds, of which the median counts (default 5)
  --jobs N            jobs in each round of each queue (default 20000)
  --parts A,B         of redis, latency, memory, postgres, takeover (default all)

  of engine:
  --cases FOLDER      changes in the form of docs/evaluation.md (default evals/sample)
  --rounds N          reviews of each case, of which the median counts (default 5)
  --mirror FOLDER     snapshots <owner>+<name>/repo, to look around in

  of cache-replay:
  --histories FOLDER  push histories, one *.jsonl for each repository
  --mirror FOLDER     snapshots <owner>+<name>/repo, to rebuild the changes with git
  --no-context        readers do not look at the files beside the change

  of budget:
  --commits N         changes to estimate: so many commits of this repository (default 60), and the cases of EVAL_CASES

  of limits:
  --per-minute N      calls in a minute that all may make together (default 300)
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '50,200' },
    jobs: { type: 'string', default: '20000' },
    parts: { type: 'string', default: 'redis,latency,memory,postgres,takeover' },
    cases: { type: 'string' },
    histories: { type: 'string' },
    mirror: { type: 'string' },
    context: { type: 'boolean', default: true },
    'per-minute': { type: 'string', default: '300' },
    commits: { type: 'string', default: '60' },
  },
})

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

const [benchmark] = positionals
if (benchmark === 'ingest') tell(await runIngest(ingestOptions.parse(values), say))
else if (benchmark === 'queue') tell(await runQueue(queueOptions.parse(values), say))
else if (benchmark === 'start') tell(await runStart(say))
else if (benchmark === 'engine') tell(await runEngine(engineOptions.parse(values), say))
else if (benchmark === 'cache-replay') tell(await runCacheReplay(cacheReplayOptions.parse(values), say))
else if (benchmark === 'budget') tell(await runBudget(budgetOptions.parse(values), say))
else if (benchmark === 'limits')
  tell(await runLimits(limitsOptions.parse({ perMinute: values['per-minute'] }), say))
else {
  say(usage)
  process.exitCode = 2
}

function tell(result: object): void {
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`)
}
