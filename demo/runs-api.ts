import { z } from 'zod'

const run = z.object({ id: z.string(), pull_request: z.number(), state: z.string() })
const runList = z.object({ runs: z.array(run) })
const runRecord = z.object({ receipt: z.unknown() })

export type DemoRun = z.infer<typeof run>

const ended = new Set(['completed', 'failed', 'skipped', 'superseded'])

/** Runs as the system's own API tells them, by the number of their pull request. */
export async function endedRuns(url: string, signal: AbortSignal): Promise<ReadonlyMap<number, DemoRun>> {
  const { runs } = runList.parse(await getJson(`${url}/api/runs?limit=100`, signal))
  return new Map(runs.filter(({ state }) => ended.has(state)).map((found) => [found.pull_request, found]))
}

export async function receiptOf(url: string, runId: string, signal: AbortSignal): Promise<unknown> {
  return (
    runRecord.parse(await getJson(`${url}/api/runs/${encodeURIComponent(runId)}`, signal)).receipt ?? null
  )
}

async function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(url, { signal })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`)
  return answer.json()
}
