import { createHash } from 'node:crypto'
import { answerWithFaults, faultsIn } from '../chaos/planted-faults.ts'
import { openLlmEmulator } from '../emulators/llm/llm-emulator.ts'
import type { ModelCounts } from './model-counts.ts'

// The model, in a process of its own: finds every planted fault. Arguments: its latency in milliseconds, and the share of
// pull requests of which one question is first answered with 429. Tells its address by message, and its counts when asked.
const [latencyMs = 0, limitedShare = 0] = process.argv.slice(2).map(Number)
const limited = new Set<string>()
let questions = 0
let asking = 0
let mostAtOnce = 0

const emulator = await openLlmEmulator({
  latencyMs,
  answer: ({ prompt }) => {
    questions += 1
    mostAtOnce = Math.max(mostAtOnce, ++asking)
    setTimeout(() => (asking -= 1), latencyMs)
    const name = pullRequestOf(prompt)
    if (name === undefined || limited.has(name) || !isChosen(name)) return answerWithFaults(prompt)
    limited.add(name)
    return { kind: 'fault', fault: 'rate-limited', headers: { 'retry-after': '1' } }
  },
})

process.on('message', () => {
  process.send?.({ questions, mostAtOnce, limited: [...limited] } satisfies ModelCounts)
})
process.once('SIGTERM', () => void emulator.close().then(() => process.exit(0)))
// It never outlives whoever started it.
process.once('disconnect', () => process.exit(0))
process.send?.(emulator.baseUrl)

/** `level/number` of a question that shows a planted fault. */
function pullRequestOf(prompt: string): string | undefined {
  const [, level, number] = /^fault(\d+)x(\d+)x/.exec(faultsIn(prompt)[0] ?? '') ?? []
  return level === undefined ? undefined : `${level}/${number}`
}

/** By name, so that the same pull requests are chosen whatever the order. */
function isChosen(name: string): boolean {
  const digest = createHash('sha256').update(`limited/${name}`).digest()
  return digest.readUInt32BE() / 2 ** 32 < limitedShare
}
