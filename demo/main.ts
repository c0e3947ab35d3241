#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { runDemo } from './run-demo.ts'

const help = `Reviews the pull requests of a small repository, on this machine alone.

Usage: npm run demo [-- options]

  --once        end after the reviews are printed, instead of staying for the web pages
  --json        print one JSON object as the last line of the output, and nothing else
  --with-model  let the system use OPENAI_API_KEY, ANTHROPIC_API_KEY, LLM_BASE_URL and LLM_MODEL;
                without it no model is asked, and nothing leaves this machine
  --help        print this
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'with-model': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(help)
    return
  }
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort())
  try {
    await runDemo({ ...values, withModel: values['with-model'] }, stop.signal)
  } catch (error) {
    // Ctrl-C is no failure, but the reviews are not there either.
    if (!stop.signal.aborted) throw error
    process.exitCode = 130
  }
}

try {
  await main()
} catch (error) {
  // A wrong option, or the step that failed: what a person can act on, without a stack.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
