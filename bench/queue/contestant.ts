import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { firstMessage, openProcess } from '../process.ts'
import type { Assignment } from './assignment.ts'

/** A process of its own with one task. */
export function openContestant(assignment: Assignment): ChildProcess {
  return openProcess(path.join(import.meta.dirname, 'contestant-process.js'), assignment)
}

/** What a process answered whose task has an end, once it has ended. */
export async function runContestant(assignment: Assignment): Promise<unknown> {
  const child = openContestant(assignment)
  const ended = once(child, 'exit')
  const answer = await firstMessage(child, assignment.system)
  await ended
  return answer
}
