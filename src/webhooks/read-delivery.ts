import { z } from 'zod'
import { authorOf } from '../github/author.ts'
import { commitId, repositoryName } from '../github/github.ts'
import type { Delivery, DeliveryEvent, DeliveryId } from './delivery.ts'

/** The two headers that name a delivery, as they came. */
export interface DeliveryHeaders {
  readonly id: string | readonly string[] | undefined
  readonly name: string | readonly string[] | undefined
}

/** What names a delivery, checked. */
export interface DeliveryName {
  readonly id: DeliveryId
  /** The event's name. */
  readonly name: string
}

export type Refused = { readonly kind: 'refused'; readonly message: string }

/** GitHub sends a UUID. Anything that could end a log line or a key elsewhere is refused. */
const deliveryId = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/)
  .transform((id) => id as DeliveryId) // checked by the pattern

const eventName = z.string().regex(/^[a-z0-9_]{1,64}$/)

/**
 * Text that PostgreSQL can store: it takes neither NUL (22021) nor lone surrogates (22P05).
 * Longer text than we would ever show is cut.
 */
const text = z.string().transform((value) =>
  value
    .slice(0, 1_000)
    .replaceAll('\0', '\uFFFD')
    .replaceAll(/\p{Surrogate}/gu, '\uFFFD'),
)

const withAction = z.object({ action: text.optional() })

const account = z.object({ login: text.optional(), slug: text.optional() })

/** `installation`, `installation_repositories` and `installation_target`: the last one names the account beside it. */
const installationPayload = z.object({
  action: text,
  installation: z.object({ id: z.int(), account: account.nullish() }),
  account: account.nullish(),
})

const pullRequestPayload = z.object({
  action: z.enum([
    'opened',
    'reopened',
    'synchronize',
    'ready_for_review',
    'converted_to_draft',
    'locked',
    'unlocked',
    'closed',
    'edited',
  ]),
  repository: z.object({ full_name: repositoryName }),
  installation: z.object({ id: z.int() }).nullish(),
  /** What an edit replaced. A new base branch is an edit of `base`. */
  changes: z.object({ base: z.object({}).optional() }).optional(),
  pull_request: z.object({
    number: z.int().positive(),
    title: text,
    /** Null when the account was deleted. */
    user: z.object({ login: text, type: z.string().optional() }).nullable(),
    state: z.enum(['open', 'closed']),
    draft: z.boolean().optional(),
    locked: z.boolean().optional(),
    labels: z.array(z.object({ name: text })).optional(),
    head: z.object({ sha: commitId }),
    base: z.object({ ref: text }),
    updated_at: z.iso.datetime({ offset: true }).transform((time) => new Date(time)),
  }),
})

const pullRequestActions: ReadonlySet<unknown> = new Set(pullRequestPayload.shape.action.options)

/** The id and the event's name, both short and harmless in logs, keys and statements. */
export function readDeliveryHeaders(
  headers: DeliveryHeaders,
): ({ readonly kind: 'named' } & DeliveryName) | Refused {
  const id = deliveryId.safeParse(headers.id)
  if (!id.success) return refuse('X-GitHub-Delivery must be 1 to 64 letters, digits or hyphens')
  const name = eventName.safeParse(headers.name)
  if (!name.success) return refuse('X-GitHub-Event must be 1 to 64 lower-case letters, digits or underscores')
  return { kind: 'named', id: id.data, name: name.data }
}

/**
 * What a delivery says, as far as we act on it; reads only the fields that we use.
 * Refused when the payload is not what the event promises.
 */
export function readDelivery(
  { id, name }: DeliveryName,
  payload: unknown,
  receivedAt: Date,
): { readonly kind: 'delivery'; readonly delivery: Delivery } | Refused {
  const common = withAction.safeParse(payload)
  if (!common.success) return refuse(describe(common.error))
  const action = common.data.action ?? ''
  const event = readEvent(name, action, payload)
  if (!event.success) return refuse(describe(event.error))
  return { kind: 'delivery', delivery: { id, name, action, event: event.data, receivedAt } }
}

type ReadEvent =
  | { readonly success: true; readonly data: DeliveryEvent }
  | { readonly success: false; readonly error: z.ZodError }

function readEvent(name: string, action: string, payload: unknown): ReadEvent {
  if (name === 'ping') return { success: true, data: { kind: 'ping' } }
  if (name === 'installation' || name.startsWith('installation_')) {
    const read = installationPayload.safeParse(payload)
    return read.success ? { success: true, data: installationEvent(read.data) } : read
  }
  if (name === 'pull_request' && pullRequestActions.has(action)) {
    const read = pullRequestPayload.safeParse(payload)
    return read.success ? { success: true, data: pullRequestEvent(read.data) } : read
  }
  return { success: true, data: { kind: 'other' } }
}

function installationEvent(payload: z.infer<typeof installationPayload>): DeliveryEvent {
  const owner = payload.installation.account ?? payload.account
  return {
    kind: 'installation',
    action: payload.action,
    installationId: payload.installation.id,
    account: owner?.login ?? owner?.slug ?? '',
  }
}

function pullRequestEvent(payload: z.infer<typeof pullRequestPayload>): DeliveryEvent {
  const { pull_request: pullRequest, installation } = payload
  return {
    kind: 'pull-request',
    action: payload.action,
    baseChanged: payload.changes?.base !== undefined,
    pullRequest: {
      repository: payload.repository.full_name,
      number: pullRequest.number,
      ...(installation ? { installationId: installation.id } : {}),
      title: pullRequest.title,
      author: authorOf(pullRequest.user),
      state: pullRequest.state,
      draft: pullRequest.draft ?? false,
      locked: pullRequest.locked ?? false,
      labels: (pullRequest.labels ?? []).map((label) => label.name),
      head: pullRequest.head.sha,
      baseBranch: pullRequest.base.ref,
      updatedAt: pullRequest.updated_at,
    },
  }
}

function refuse(message: string): Refused {
  return { kind: 'refused', message }
}

/** Names the first field at fault. Messages of zod tell what was expected, never the value that came. */
function describe(error: z.ZodError): string {
  const issue = error.issues[0]
  const field = issue?.path.join('.') || 'the payload'
  return `${field}: ${issue?.message ?? 'is not as expected'}`
}
