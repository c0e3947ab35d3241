import type { Clock } from '../base/clock.ts'
import { errorKind, PermanentError, RetryableError } from '../base/errors.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { CallOutcome } from '../telemetry/metrics.ts'
import type { Authorization } from './authorization.ts'
import type { Answer } from './answer.ts'
import { NoAnswerError } from './github.ts'
import { failureOf, readRefusal, type Refusal } from './github-failure.ts'

/** What every request takes beside its own parameters. An alias, for Octokit wants types with an index signature. */
export type CallParameters = {
  readonly headers: { readonly authorization: string }
  readonly request: { readonly signal: AbortSignal; readonly beforeWrite?: () => void }
}

/** Makes one request with Octokit. `data` is bytes: see `createOctokit`. */
type Send = (parameters: CallParameters) => Promise<{
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | undefined>>
  readonly data: unknown
}>

/** Calls of GitHub with one authorization. `what` says what is tried on what, in words that follow "could not". */
export interface GitHubCalls {
  /** A successful answer; all else is thrown as an error with a kind. */
  call(what: string, signal: AbortSignal, send: Send): Promise<Answer>
  /** The same, but a refusal that is `expected` is returned. */
  attempt(
    what: string,
    signal: AbortSignal,
    expected: (refusal: Refusal) => boolean,
    send: Send,
  ): Promise<Answer | Refusal>
  /** Successful answers page by page, 100 items each. Ends at a refusal that is `expected`. */
  pages(
    what: string,
    signal: AbortSignal,
    send: (
      parameters: CallParameters & { readonly per_page: number; readonly page: number },
    ) => ReturnType<Send>,
    expected?: (refusal: Refusal) => boolean,
  ): AsyncGenerator<Answer>
}

interface Failed {
  readonly kind: 'failed'
  readonly error: Error
  /** Set when trying again cannot help. */
  readonly refusal?: Refusal
}

/** A hundred thousand items: no pull request has as many, so it ends also with a server that always names a next page. */
const maxPages = 1000

export function createGitHubCalls(options: {
  readonly authorization: Authorization
  readonly clock: Clock
  readonly log: Logger
  readonly beforeWrite?: () => void
  /** Told of the end of every call; a refusal that was expected is an answer. */
  readonly onCall?: (outcome: CallOutcome) => void
}): GitHubCalls {
  const { authorization, clock, log, beforeWrite, onCall } = options

  async function counted<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      const result = await call()
      onCall?.('ok')
      return result
    } catch (error) {
      onCall?.(errorKind(error))
      throw error
    }
  }

  async function sendOnce(what: string, signal: AbortSignal, send: Send, header: string): Promise<Answer> {
    const startedAt = clock.now().getTime()
    try {
      const { status, headers, data } = await send({
        headers: { authorization: header },
        request: { signal, ...(beforeWrite && { beforeWrite }) },
      })
      if (!(data instanceof Uint8Array)) throw new Error('the client of GitHub gave no bytes')
      const answer: Answer = {
        kind: 'answer',
        status,
        body: data,
        header: (name) => headers[name]?.toString(),
      }
      const remaining = answer.header('x-ratelimit-remaining')
      log.debug({ what, status, remaining, durationMs: clock.now().getTime() - startedAt }, 'GitHub answered')
      return answer
    } catch (error) {
      signal.throwIfAborted()
      // `beforeWrite` said so: the request did not leave.
      if (error instanceof RetryableError) throw error
      throw new NoAnswerError(`could not ${what}: no answer from GitHub`, { cause: error })
    }
  }

  /** What came of it: once more after a 401 where new credentials can be had, for then nothing was done. */
  async function outcomeOf(what: string, signal: AbortSignal, send: Send): Promise<Answer | Failed> {
    for (let renewed = false; ; renewed = true) {
      const header = await authorization.header(signal)
      const answer = await sendOnce(what, signal, send, header)
      if (answer.status >= 200 && answer.status < 300) return answer
      if (answer.status === 401 && !renewed && authorization.refused(header, answer)) continue
      const refusal = readRefusal(answer)
      const failure = failureOf(answer, refusal, what, clock.now())
      if (answer.status === 401 && renewed) {
        // Servers of GitHub may take some seconds to learn of a token that another one gave out.
        const error = new RetryableError('GitHub does not take its new credentials', { cause: failure })
        return { kind: 'failed', error }
      }
      return {
        kind: 'failed',
        error: failure,
        ...(failure instanceof PermanentError && refusal ? { refusal } : {}),
      }
    }
  }

  function attempt(
    what: string,
    signal: AbortSignal,
    expected: (refusal: Refusal) => boolean,
    send: Send,
  ): Promise<Answer | Refusal> {
    return counted(async () => {
      const outcome = await outcomeOf(what, signal, send)
      if (outcome.kind === 'answer') return outcome
      if (outcome.refusal && expected(outcome.refusal)) return outcome.refusal
      throw outcome.error
    })
  }

  return {
    attempt,
    call: (what, signal, send) =>
      counted(async () => {
        const outcome = await outcomeOf(what, signal, send)
        if (outcome.kind === 'answer') return outcome
        throw outcome.error
      }),
    async *pages(what, signal, send, expected = () => false) {
      for (let page = 1; page <= maxPages; page++) {
        const sendPage: Send = (parameters) => send({ ...parameters, per_page: 100, page })
        const answer = await attempt(what, signal, expected, sendPage)
        if (answer.kind === 'refused') return
        yield answer
        if (isLastPage(answer)) return
      }
      throw new PermanentError(`could not ${what}: it has more than ${maxPages} pages`)
    },
  }
}

/** Only whether there is a next page is read: an address from outside is never called. */
export function isLastPage(answer: Answer): boolean {
  return !/;\s*rel="next"/.test(answer.header('link') ?? '')
}
