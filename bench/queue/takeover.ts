import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { median } from '../median.ts'
import { openContestant, runContestant } from './contestant.ts'
import { rounded } from './duel.ts'
import type { SystemName } from './queue-system.ts'
import { withDatabase, withPostgres, withRedis } from './servers.ts'
import { atMost, type Target } from './target.ts'

export interface TakeoverResult {
  /** Of all kills. */
  readonly secondsOf: Readonly<Partial<Record<SystemName, readonly number[]>>>
  readonly targets: readonly Target[]
}

/** How long the worker has had the job when it is killed. */
const HELD_MS = [500, 3_500, 8_000]
const AIM_SECONDS = 15

/**
 * How long a job lies still whose worker was killed in the middle of it, while another worker stands by. pg-boss is not
 * here: it waits for a job's expiry, fifteen minutes by default.
 */
export async function measureTakeovers(folder: string, say: (line: string) => void): Promise<TakeoverResult> {
  say('a worker is killed in the middle of a job')
  const onRedis = (system: SystemName): Promise<number[]> =>
    withRedis(['--appendonly', 'yes'], (url) =>
      Promise.all(HELD_MS.map((heldMs, kill) => takeOver(system, url, `kill-${kill}`, heldMs))),
    )
  const onPostgres = (system: SystemName): Promise<number[]> =>
    withPostgres(['fsync=on'], (server) =>
      Promise.all(
        HELD_MS.map((heldMs) => withDatabase(server, system, (url) => takeOver(system, url, 'kill', heldMs))),
      ),
    )
  const secondsOf = {
    'lorgnette on Redis': await onRedis('lorgnette on Redis'),
    'lorgnette on PostgreSQL': await onPostgres('lorgnette on PostgreSQL'),
    BullMQ: await onRedis('BullMQ'),
  }
  for (const [system, seconds] of Object.entries(secondsOf)) say(`${system}: ${seconds.join(', ')} s`)
  const target = (system: 'lorgnette on Redis' | 'lorgnette on PostgreSQL'): Target =>
    atMost(
      `seconds until the job of a killed worker runs again, ${system}`,
      AIM_SECONDS,
      median(secondsOf[system]),
    )
  return { secondsOf, targets: [target('lorgnette on Redis'), target('lorgnette on PostgreSQL')] }

  async function takeOver(
    system: SystemName,
    url: string,
    queueName: string,
    heldMs: number,
  ): Promise<number> {
    const common = { system, url, folder, queueName, concurrency: 1 }
    const workers = [1, 2].map(() => openContestant({ ...common, task: { kind: 'hold' } }))
    try {
      for (const worker of workers) await message(worker, 'working')
      const taken = Promise.race(workers.map((worker) => message(worker, 'began').then(() => worker)))
      await runContestant({ ...common, task: { kind: 'fill', jobs: 1 } })
      const holder = await taken
      await delay(heldMs)
      const other = workers.find((worker) => worker !== holder)
      if (!other) throw new Error('nobody is left')
      const again = message(other, 'began')
      const killed = performance.now()
      holder.kill('SIGKILL')
      await again
      return rounded((performance.now() - killed) / 1_000, 1)
    } finally {
      for (const worker of workers) worker.kill('SIGKILL')
    }
  }
}

async function message(worker: ReturnType<typeof openContestant>, expected: string): Promise<void> {
  for (;;) {
    const [said] = (await once(worker, 'message')) as readonly unknown[]
    if (said === expected) return
  }
}
