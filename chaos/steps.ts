/*
 * Every moment at which something may be killed: before and after every external call. A test compares this list with
 * the product's own statements, scripts and requests.
 */

/** Who is called, as the caller sees it: GitHub calls our web server, the others are called by our processes. */
export type Service = 'webhook' | 'github' | 'model' | 'postgres' | 'redis'

export interface Call {
  readonly service: Service
  /** A method and path, a statement, a script or a command. */
  readonly name: string
  /** Whether every run makes it; the others wait for a failure, or for work that takes its time. */
  readonly ordinary: boolean
  /** The only place of the queue with which it is made; absent where that makes no difference. */
  readonly queue?: QueuePlace
}

/** Where the queue is. Without Redis it is in PostgreSQL. */
export type QueuePlace = 'redis' | 'postgres'

/** `before`: the call was made, and did not arrive. `after`: it was carried out, and its answer did not arrive. */
export type When = 'before' | 'after'

export interface Step {
  readonly service: Service
  readonly call: string
  readonly when: When
}

const ordinary: Readonly<Record<Service, readonly string[]>> = {
  webhook: ['POST /webhooks/github'],
  github: [
    'POST /app/installations/{installation_id}/access_tokens',
    'GET /app/hook/deliveries',
    'GET /installation/repositories',
    'GET /repos/{owner}/{repo}/pulls',
    'GET /repos/{owner}/{repo}/pulls/{pull_number}',
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
    'GET /repos/{owner}/{repo}/compare/{basehead}',
    'POST /graphql',
    'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
    'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
    'POST /repos/{owner}/{repo}/check-runs',
  ],
  model: ['POST /v1/chat/completions'],
  postgres: [
    'begin',
    'commit',
    'deliveries-insert',
    'deliveries-lock-pull-requests',
    'deliveries-select-runs',
    'deliveries-update-pull-requests',
    'deliveries-insert-runs',
    'deliveries-select-turns',
    'deliveries-supersede-runs',
    'runs-keep-shown',
    'runs-owe-another',
    'runs-select-owed',
    'reconcile-count-heads',
    'reconcile-keep-counts',
    'reconcile-free-dead',
    'redeliver-select-reading',
    'redeliver-keep-reading',
    'redeliver-delete-arrived',
    'redeliver-select-due',
    'listings-learn-installations',
    'listings-learn-repositories',
    'listings-serve-repositories',
    'listings-select-next',
    'listings-keep-installation',
    'listings-keep-repository',
    'listings-select-known',
    'runs-start',
    'runs-release',
    'runs-insert-event',
    'runs-insert-call',
    'runs-lock-pull-request',
    'runs-select-said-before',
    'runs-select-turns',
    'runs-decide',
    'runs-delete-findings',
    'runs-insert-findings',
    'runs-select-intent',
    'runs-insert-intent',
    'runs-note-posted',
    'runs-insert-comments',
    'runs-end',
    'runs-settle-pull-request',
    'runs-insert-receipt',
    'queue-enqueue',
    'queue-claim',
    'queue-complete',
    'answers-take',
    'answers-keep',
  ],
  redis: [
    'limits-reserve',
    'queue-enqueue',
    'queue-claim',
    'queue-complete',
    'XREADGROUP',
    'answers-take',
    'answers-keep',
  ],
}

const occasional: Readonly<Record<Service, readonly string[]>> = {
  webhook: [],
  github: [
    'GET /app',
    'POST /app/hook/deliveries/{delivery_id}/attempts',
    'GET /repos/{owner}/{repo}/contents/{path}',
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
    'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
    'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
    'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
  ],
  model: [],
  postgres: [
    'rollback',
    'deliveries-revive-runs',
    'queue-extend',
    'queue-retry',
    'queue-bury',
    'runs-select-state',
    'reconcile-lock-missing',
    'reconcile-owe-heads',
    'redeliver-insert-failed',
    'redeliver-claim',
    'limits-ensure-key',
    'limits-lock-key',
    'limits-select-places',
    'limits-delete-places',
    'limits-insert-place',
    'limits-delete-place',
    'limits-set-owed',
    'limits-pause',
    'runs-keep',
    'runs-renew-intent',
    'runs-note-answered',
    'answers-extend',
    'answers-give-up',
  ],
  redis: [
    'limits-cancel',
    'limits-pause',
    'queue-extend',
    'queue-retry',
    'queue-bury',
    'queue-hand-back',
    'queue-promote',
    'XGROUP',
    'answers-extend',
    'answers-give-up',
  ],
}

/** Calls of the product that no run here makes, and why. */
export const callsElsewhere: Readonly<Record<string, string>> = {
  'GET /user': 'only with a token in place of the App',
  'GET /repos/{owner}/{repo}/installation': 'only where no delivery named the installation',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments': 'nothing asks for the comments of others yet',
  'deliveries-note-installations': 'only for deliveries about installations',
  XREVRANGE: 'only for people who look at dead letters',
  'reconcile-select-counts': 'only for whoever reads metrics',
  'limits-add-owed': 'only with a limit on tokens',
  'limits-settle': 'only with a limit on tokens',
  ask_store: 'only for whoever asks whether the system is ready',
  'queue-depth': 'only for whoever asks whether the system is ready',
  'queue-dead-letters': 'only for people who look at dead letters',
  'queue-replay': 'only for people who look at dead letters',
  'queue-discard': 'only for people who look at dead letters',
  'answers-remove': 'only for an entry that cannot be read',
  'answers-remove-expired': 'nothing expires here',
  'answers-stats': 'only for people who look at the cache',
  'answers-measure': 'only for people who look at the cache',
  'answers-purge': 'only for people who empty the cache',
}

/** Prefixes of statements that no run here makes. */
export const statementsElsewhere: Readonly<Record<string, string>> = {
  history: 'pages',
  cache: 'pages, and `lorgnette cache`',
  spending: 'only for people who look at what was spent, and whoever reads metrics',
  letters: 'only for people who look at dead letters',
  doctor: 'only by `lorgnette doctor`',
  budget: 'only with a cap; the late answers and crashes are cases of its contract',
  migrations: 'before anything runs',
}

function listed(names: Readonly<Record<Service, readonly string[]>>, isOrdinary: boolean): Call[] {
  return (Object.keys(names) as Service[]) // the keys of the literals above
    .flatMap((service) =>
      names[service].map((name) => ({ service, name, ordinary: isOrdinary, ...onlyWith(service, name) })),
    )
}

function onlyWith(service: Service, name: string): Pick<Call, 'queue'> {
  if (service === 'redis') return { queue: 'redis' }
  // Queue, limits and cache are in one place.
  return service === 'postgres' && /^(queue|limits|answers)-/.test(name) ? { queue: 'postgres' } : {}
}

export const calls: readonly Call[] = [...listed(ordinary, true), ...listed(occasional, false)]

/** The calls of a system whose queue is there. */
export function callsWith(queue: QueuePlace): readonly Call[] {
  return calls.filter((call) => call.queue === undefined || call.queue === queue)
}

export const steps: readonly Step[] = calls.flatMap(({ service, name }) => [
  { service, call: name, when: 'before' },
  { service, call: name, when: 'after' },
])

/** As people read it: `before github POST /repos/…`. */
export function stepName({ service, call, when }: Step): string {
  return `${when} ${service} ${call}`
}

const paths = calls
  .filter(({ service }) => service !== 'postgres' && service !== 'redis')
  .map(({ service, name }) => {
    const [method = '', template = ''] = name.split(' ')
    const pattern = template.replaceAll(/\{(\w+)\}/g, (_, parameter: string) =>
      parameter === 'path' || parameter === 'basehead' ? '.+' : '[^/]+',
    )
    return { service, name, method, pattern: new RegExp(`^${pattern}$`) }
  })

/** The name of a call over HTTP; undefined when it is none of the list. `path` is without its query. */
export function httpCall(service: Service, method: string, path: string): string | undefined {
  return paths.find(
    (known) => known.service === service && known.method === method && known.pattern.test(path),
  )?.name
}
