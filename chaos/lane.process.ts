import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { LaneAnswer, LaneRequest, PlayedRun } from './lane-messages.ts'
import type { RunPlan } from './plan.ts'
import { processNames } from './plan-strikes.ts'
import { playRun } from './run.ts'
import { openSurroundings, type Surroundings } from './surroundings.ts'

/*
 * The process of a lane: plays what its parent sends. It ends with the parent, and not before: a Ctrl+C reaches both,
 * and what was started here must be ended here.
 */
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => undefined)

const opening = openSurroundings(process.argv[2] === 'postgres' ? 'postgres' : 'redis')
process.once('disconnect', () => void opening.then((surroundings) => surroundings.close()))
process.on('message', (request: LaneRequest) => answer(() => carryOut(request)))
answer(async () => {
  await opening
  return { kind: 'opened' }
})

function answer(work: () => Promise<LaneAnswer>): void {
  const failed = (error: unknown): LaneAnswer => ({
    kind: 'failed',
    reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
  })
  void work()
    .catch(failed)
    .then((answered) => process.send?.(answered))
}

async function carryOut(request: LaneRequest): Promise<LaneAnswer> {
  const surroundings = await opening
  if (request.kind === 'play') return { kind: 'played', run: await play(surroundings, request.plan) }
  const logs = request.keepLogs ? keep(surroundings.folder) : undefined
  await surroundings.close()
  return { kind: 'closed', logs }
}

async function play(surroundings: Surroundings, plan: RunPlan): Promise<PlayedRun> {
  const story: string[] = []
  const result = await playRun(surroundings, plan, (line) => story.push(line))
  return { result, story }
}

function keep(folder: string): string {
  const kept = mkdtempSync(path.join(tmpdir(), 'lorgnette-chaos-logs-'))
  for (const name of processNames) cpSync(path.join(folder, `${name}.log`), path.join(kept, `${name}.log`))
  return kept
}
