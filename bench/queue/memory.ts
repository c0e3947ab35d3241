import { z } from 'zod'
import { runContestant } from './contestant.ts'
import type { SystemName } from './queue-system.ts'
import { askRedis, withRedis } from './servers.ts'
import { atMost, type Target } from './target.ts'

export interface MemoryResult {
  /** Of Redis, for each job that waits, with the key by which it cannot be added twice. */
  readonly oursBytes: number
  readonly theirsBytes: number
  readonly target: Target
}

const JOBS = 50_000

/** By how much the memory of an empty Redis grows. */
export async function measureMemory(folder: string, say: (line: string) => void): Promise<MemoryResult> {
  say(`memory of ${JOBS} jobs that wait`)
  const [oursBytes, theirsBytes] = await withRedis(['--appendonly', 'no'], async (url) => [
    await measure('lorgnette on Redis', url),
    await measure('BullMQ', url),
  ])
  return { oursBytes, theirsBytes, target: atMost('bytes for each job that waits', 450, oursBytes) }

  async function measure(system: SystemName, url: string): Promise<number> {
    await askRedis(url, ['FLUSHALL'])
    const before = await usedMemory(url)
    await runContestant({
      system,
      url,
      folder,
      queueName: 'memory',
      concurrency: 1,
      task: { kind: 'fill', jobs: JOBS },
    })
    const bytes = Math.round(((await usedMemory(url)) - before) / JOBS)
    say(`${system}: ${bytes} bytes`)
    return bytes
  }
}

async function usedMemory(url: string): Promise<number> {
  const info = z.string().parse(await askRedis(url, ['INFO', 'memory']))
  return Number(/^used_memory:(\d+)/m.exec(info)?.[1])
}
