import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { systemClock, type Clock } from '../../src/base/clock.ts'
import { openApiServer } from './api-server.ts'
import { answerControl } from './control.ts'
import { Deliveries, type Webhook } from './deliveries.ts'
import type { GitHubEmulator } from './emulator.ts'
import { createActions } from './emulator-actions.ts'
import { Faults } from './faults.ts'
import { gitHubContentLimits, RateLimits, type ContentLimits } from './limits.ts'
import type { LoggedRequest } from './request-log.ts'
import { createWorld } from './world.ts'

export type { GitHubEmulator } from './emulator.ts'

export interface GitHubEmulatorOptions {
  /** Where the emulator keeps its repositories; made when missing, removed by `close`. */
  readonly folder: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  readonly webhook?: Webhook
  /** The address in links, where the emulator stands behind something; its own when absent. */
  readonly publicUrl?: string
  /** Every answer waits this long. */
  readonly latencyMs?: number
  readonly clock?: Clock
  /** How long installation tokens live: an hour. */
  readonly tokenLifetimeMs?: number
  /** Requests in an hour per installation: 5,000. */
  readonly requestsPerHour?: number
  /** GitHub's limits on content writes when absent. */
  readonly contentLimits?: ContentLimits | 'off'
  /** Check every request and every answer with GitHub's OpenAPI description: see `violations`. */
  readonly validate?: boolean
}

export async function openGitHubEmulator(options: GitHubEmulatorOptions): Promise<GitHubEmulator> {
  const clock = options.clock ?? systemClock
  await mkdir(options.folder, { recursive: true })
  const folder = path.resolve(options.folder)
  const world = createWorld({ clock, folder, tokenLifetimeMs: options.tokenLifetimeMs ?? 3_600_000 })
  const content = options.contentLimits === 'off' ? undefined : (options.contentLimits ?? gitHubContentLimits)
  const limits = new RateLimits(clock, options.requestsPerHour ?? 5_000, content)
  const faults = new Faults()
  const log: LoggedRequest[] = []
  // Loaded only when asked for: it stands on packages that only a development installation has.
  const validation = options.validate
    ? await (await import('./openapi/validation.ts')).openValidation()
    : undefined
  const deliveries = new Deliveries(world, options.webhook, (delivery) => validation?.checkDelivery(delivery))
  const actions = createActions({
    world,
    deliveries,
    faults,
    log,
    violations: () => validation?.violations ?? [],
  })
  const server = await openApiServer(
    {
      api: { world, limits, deliveries },
      faults,
      log,
      latencyMs: options.latencyMs ?? 0,
      validation,
      control: (operation, body) => answerControl(actions, operation, body),
    },
    options.port ?? 0,
  )
  const url = `http://127.0.0.1:${server.port}`
  world.url = options.publicUrl ?? url
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await deliveries.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }
  const { id, slug, privateKey } = world.app
  return {
    url,
    folder,
    app: { id, slug, privateKey },
    token: world.token,
    ...actions,
    close: () => (closing ??= close()),
  }
}
