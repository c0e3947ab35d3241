import { mayHoldSecret } from '../../src/analysis/may-hold-secret.ts'
import { scanSecrets } from '../../src/analysis/secret-scanner.ts'
import { systemClock } from '../../src/base/clock.ts'
import { openSpendingRecord } from '../../src/budget/spending-record.postgres.ts'
import { createPostgresRunHistory } from '../../src/dashboard/run-history.postgres.ts'
import { explainLetters } from '../../src/dead-letters/explain-letters.ts'
import { openLetterRuns } from '../../src/dead-letters/letter-runs.postgres.ts'
import { openPostgres } from '../../src/postgres/database.pg.ts'
import { openPostgresQueue } from '../../src/queue/queue.postgres.ts'
import { hideSecrets } from '../../src/review/hide-secrets.ts'
import { openServer } from '../../src/server/server.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { openMetrics } from '../../src/telemetry/metrics.ts'
import { openDeliveryStore } from '../../src/webhooks/delivery-store.postgres.ts'
import { BENCH_SECRET } from './contestant.ts'

// The server as `lorgnette serve` composes it, without a worker: the runs it makes would be reviewed for real.
const log = createLogger('info')
const database = openPostgres({ url: process.argv[2] ?? '', poolSize: 10, log })
const store = openDeliveryStore(database)
const queue = openPostgresQueue(database, { log })
const server = await openServer({
  host: '127.0.0.1',
  port: 0,
  store,
  queue,
  history: createPostgresRunHistory(database),
  deadLetters: explainLetters(queue, openLetterRuns(database)),
  spending: openSpendingRecord(database),
  caps: {},
  githubUrl: 'https://github.com',
  checks: [],
  clock: systemClock,
  metrics: openMetrics(),
  log,
  webhookSecrets: [BENCH_SECRET],
  rules: { reviewDrafts: false, ignoreBots: true, ignoreLabels: [] },
  hideSecrets: (text) => (mayHoldSecret(text) ? hideSecrets(text, scanSecrets) : text),
})
process.once('SIGTERM', () => {
  void server
    .close()
    .then(() => store.close())
    .then(() => queue.close())
    .then(() => database.close())
    .then(() => process.exit(0))
})
process.send?.(`${server.url}/webhooks/github`)
