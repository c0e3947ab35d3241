import { once } from 'node:events'
import { firstMessage, openProcess } from './process.ts'

/**
 * What several processes of one script answer, each to its assignment. They begin together: each says that it is ready,
 * waits for the word, and answers with one message.
 */
export async function answersAtOnce(
  script: string,
  assignments: readonly object[],
): Promise<readonly unknown[]> {
  const children = assignments.map((assignment) => openProcess(script, assignment))
  const ended = children.map((child) => once(child, 'exit'))
  try {
    await Promise.all(children.map((child) => firstMessage(child, script)))
    const answers = children.map((child) => firstMessage(child, script))
    for (const child of children) child.send('go')
    return await Promise.all(answers)
  } catch (error) {
    for (const child of children) child.kill()
    throw error
  } finally {
    await Promise.all(ended)
  }
}

/** The other side: says that it is ready, and resolves with the word to begin. */
export async function readyToGo(): Promise<void> {
  const word = once(process, 'message')
  process.send?.('ready')
  await word
}
