import { z } from 'zod'
import { parseJson, type Json } from '../base/json.ts'
import type { ClaimedJob, DeadLetter, JobId, QueueDepth } from './queue.ts'

/** What the scripts of the queue reply, in the words of the port. A reply of another shape throws. */

export interface Claimed {
  readonly jobs: readonly ClaimedJob[]
  /** Until a delayed job or the end of a lease; negative when there is none. */
  readonly dueInMs: number
  readonly cursor: string
}

const claimed = z.tuple([
  z.number(),
  z.number(),
  z.string(),
  z.array(z.tuple([z.string(), z.string(), z.string(), z.string(), z.string(), z.string()])),
])

export function readClaimed(reply: unknown): Claimed {
  const [leaseUntil, dueInMs, cursor, rows] = claimed.parse(reply)
  const jobs = rows.map(([leaseToken, attempt, id, kind, payload, enqueued]) => ({
    id: id as JobId, // it was one when it was enqueued
    kind,
    payload: payloadOf(payload),
    attempt: Number(attempt),
    leaseToken,
    leaseUntil: new Date(leaseUntil),
    enqueuedAt: new Date(Number(enqueued)),
  }))
  return { jobs, dueInMs, cursor }
}

const entry = z.tuple([z.string(), z.array(z.string())])
const streams = z.array(z.tuple([z.string(), z.array(entry)])).nullable()

/** The ids of the entries that XREADGROUP read; none when its time was over. */
export function readEntryIds(reply: unknown): readonly string[] {
  return (streams.parse(reply) ?? []).flatMap(([, entries]) => entries.map(([id]) => id))
}

export function readDeadLetters(reply: unknown): readonly DeadLetter[] {
  return z
    .array(entry)
    .parse(reply)
    .map(([, list]) => {
      const fields = new Map<string, string>()
      for (let at = 0; at + 1 < list.length; at += 2) fields.set(list[at] ?? '', list[at + 1] ?? '')
      const field = (name: string): string => fields.get(name) ?? ''
      return {
        id: field('id') as JobId, // it was one when it was enqueued
        kind: field('kind'),
        payload: payloadOf(field('payload')),
        attempts: Number(field('attempts')),
        reason: field('reason'),
        enqueuedAt: new Date(Number(field('enqueued'))),
        buriedAt: new Date(Number(field('buried'))),
      }
    })
}

const numbers = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()])

export function readDepth(reply: unknown): QueueDepth {
  const [ready, delayed, leased, deadLetters, oldestReadyMs] = numbers.parse(reply)
  return { ready, delayed, leased, deadLetters, oldestReadyMs }
}

const flags = z.array(z.number())

export function readFlags(reply: unknown): readonly boolean[] {
  return flags.parse(reply).map((flag) => flag === 1)
}

const addedReply = z.tuple([z.number(), z.array(z.number())])

export function readAdded(reply: unknown): { readonly dueInMs: number; readonly added: readonly boolean[] } {
  const [dueInMs, added] = addedReply.parse(reply)
  return { dueInMs, added: added.map((flag) => flag === 1) }
}

const givenBack = z.tuple([z.number(), z.number()])

export function readGivenBack(reply: unknown): { readonly given: boolean; readonly dueInMs: number } {
  const [given, dueInMs] = givenBack.parse(reply)
  return { given: given === 1, dueInMs }
}

export function readNumber(reply: unknown): number {
  return z.number().parse(reply)
}

/** What is not JSON was put there by somebody else. As text it reaches the handler, which refuses it visibly. */
function payloadOf(text: string): Json {
  const value = parseJson(text)
  return value === undefined ? text : (value as Json) // whatever was parsed is JSON
}
