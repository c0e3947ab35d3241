import { assignment } from './assignment.ts'
import { openBullmq } from './bullmq-system.ts'
import { openLorgnetteOnPostgres, openLorgnetteOnRedis } from './lorgnette-system.ts'
import { fill, measureLatency, measureThroughput } from './measure.ts'
import { openPgBoss } from './pg-boss-system.ts'
import type { QueueSystem, SystemName } from './queue-system.ts'

const {
  system: name,
  url,
  folder,
  queueName,
  concurrency,
  task,
} = assignment.parse(JSON.parse(process.argv[2] ?? ''))

const system = await openSystem(name)
switch (task.kind) {
  case 'throughput':
    process.send?.(await measureThroughput(system, task.jobs, task.warmUp))
    break
  case 'latency':
    process.send?.(await measureLatency(system, task.jobs, task.perSecond, task.warmUp))
    break
  case 'fill':
    await fill(system, task.jobs)
    process.send?.('filled')
    break
  case 'hold':
    // Takes jobs and never ends them: to be killed.
    await system.work(
      () => {
        process.send?.('began')
        return new Promise(() => undefined)
      },
      () => undefined,
    )
    process.send?.('working')
}
if (task.kind !== 'hold') {
  await system.close()
  process.disconnect()
}

async function openSystem(name: SystemName): Promise<QueueSystem> {
  switch (name) {
    case 'lorgnette on Redis':
      return openLorgnetteOnRedis(url, queueName, concurrency)
    case 'lorgnette on PostgreSQL':
      return openLorgnetteOnPostgres(url, concurrency)
    case 'BullMQ':
      return openBullmq(folder, url, queueName, concurrency)
    case 'pg-boss':
      return await openPgBoss(folder, url, concurrency)
  }
}
