import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { GitHubEmulatorIdentity } from '../emulators/github/emulator.ts'
import { startChild, type Child } from './child.ts'
import { childEnvironment } from './github.ts'

/** The real system, as `npm start` runs it, on its embedded defaults. */
export interface System {
  readonly url: string
  readonly webhookSecret: string
  readonly child: Child
}

/** What the system may take from the user's environment to ask a model, and only when told to. */
const modelSettings = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'LLM_BASE_URL', 'LLM_MODEL', 'LLM_TIMEOUT']
const proxySettings = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS']

/** Resolves once the system accepts work. */
export async function startSystem(
  github: GitHubEmulatorIdentity,
  options: { readonly dataFolder: string; readonly withModel: boolean },
  signal: AbortSignal,
): Promise<System> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const webhookSecret = randomBytes(24).toString('hex')
  const passedOn = options.withModel ? [...modelSettings, ...proxySettings] : []
  const child = startChild('the system', path.join(import.meta.dirname, '../src/main.js'), ['start'], {
    ...childEnvironment(),
    ...Object.fromEntries(passedOn.map((name) => [name, process.env[name]])),
    GITHUB_API_URL: github.url,
    GITHUB_APP_ID: String(github.app.id),
    GITHUB_PRIVATE_KEY: github.app.privateKey,
    GITHUB_WEBHOOK_SECRET: webhookSecret,
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: options.dataFolder,
  })
  try {
    await Promise.race([untilReady(url, signal), child.unexpectedEnd])
    return { url, webhookSecret, child }
  } catch (error) {
    await child.end()
    throw error
  }
}

async function untilReady(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/readyz`, { signal }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
    await delay(100, undefined, { signal })
  }
}

/** A port that was free a moment ago: the emulator has to know where to deliver before anything is delivered. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
  server.close()
  await once(server, 'close')
  return port
}
