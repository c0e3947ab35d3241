import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openGitHubEmulator } from './github-emulator.ts'

/**
 * The emulator as a process of its own: prints its identity as one line of JSON once it is ready, for
 * `connectGitHubEmulator`. Ends, and removes what it made, on SIGINT, SIGTERM, and when its standard input ends:
 * so it never outlives whoever started it with a pipe.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'webhook-url': { type: 'string' },
    'webhook-secret': { type: 'string' },
    'latency-ms': { type: 'string', default: '0' },
    'no-content-limits': { type: 'boolean', default: false },
    validate: { type: 'boolean', default: false },
  },
})

const webhookUrl = values['webhook-url']
const secret = values['webhook-secret']
const emulator = await openGitHubEmulator({
  folder: await mkdtemp(path.join(tmpdir(), 'github-emulator-')),
  port: Number(values.port),
  latencyMs: Number(values['latency-ms']),
  validate: values.validate,
  ...(values['no-content-limits'] ? { contentLimits: 'off' as const } : {}),
  ...(webhookUrl === undefined
    ? {}
    : { webhook: secret === undefined ? { url: webhookUrl } : { url: webhookUrl, secret } }),
})

const end = (): void => {
  process.stdin.destroy()
  void emulator.close()
}
process.once('SIGINT', end)
process.once('SIGTERM', end)
process.stdin.once('end', end).resume()

// Last: whoever reads it may end this process at once.
const { url, folder, app, token } = emulator
process.stdout.write(`${JSON.stringify({ url, folder, app, token })}\n`)
