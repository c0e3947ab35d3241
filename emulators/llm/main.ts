import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { openLlmEmulator } from './llm-emulator.ts'
import { scriptedAnswer } from './scripted-answer.ts'

// The emulator as a process: `--port N`, `--answer FILE` (a scripted answer as JSON, given to every question).
// Its first line of output is a JSON object with the base address. SIGINT and SIGTERM end it.
const { values } = parseArgs({ options: { port: { type: 'string' }, answer: { type: 'string' } } })
const answer = values.answer
  ? scriptedAnswer.parse(JSON.parse(await readFile(values.answer, 'utf8')))
  : undefined
const emulator = await openLlmEmulator({
  ...(values.port && { port: Number(values.port) }),
  ...(answer && { answer: () => answer }),
})
process.stdout.write(`${JSON.stringify({ baseUrl: emulator.baseUrl })}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close())
