import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { z } from 'zod'

const modelCounts = z.object({
  questions: z.number(),
  mostAtOnce: z.number(),
  /** The pull requests, as `level/number`, of which a question was answered with 429. */
  limited: z.array(z.string()),
})
export type ModelCounts = z.infer<typeof modelCounts>

/** The model as a process, to be looked at. */
export interface ModelProcess {
  readonly pid: number
  readonly baseUrl: string
  counts(): Promise<ModelCounts>
  close(): Promise<void>
}

export async function startModel(latencyMs: number, limitedShare: number): Promise<ModelProcess> {
  const script = path.join(import.meta.dirname, 'model.process.js')
  const args = [String(latencyMs), String(limitedShare)]
  const child = fork(script, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const message = async (): Promise<unknown> => {
    const [value] = await Promise.race([
      once(child, 'message') as Promise<[unknown]>, // read by who asked
      once(child, 'exit').then(() => Promise.reject(new Error('the model ended by itself'))),
    ])
    return value
  }
  const baseUrl = z.string().parse(await message())
  return {
    pid: child.pid ?? 0,
    baseUrl,
    counts: async () => {
      child.send('counts')
      return modelCounts.parse(await message())
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
