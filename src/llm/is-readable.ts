import type { Question } from './model.ts'

/** Whether the asker can use an answer. One that it cannot use is worth asking for again, and not worth keeping. */
export function isReadable({ answer }: Question, value: unknown): boolean {
  return answer.accepts ? answer.accepts(value) : answer.schema.safeParse(value).success
}
