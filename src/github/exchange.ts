/** A request as Octokit builds it. */
interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** A whole answer: a body that was cut off on the way is an error, never a short body. */
interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

/**
 * Sends one request and reads its whole answer, whatever the status. Never sends it twice, but for a redirect on the
 * same host, which says that nothing was done. Throws when there is no whole answer: the connection broke, the time
 * was up, a redirect leads to another host; or the reason of the signal when that aborted.
 */
export type Exchange = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>

/** A renamed repository takes one redirect, renamed with its owner two. */
const maxRedirects = 3

/** The largest answer of GitHub is a blob of 100 MB. Whatever sends more is not GitHub. */
const maxAnswerBytes = 128 * 1024 * 1024

export function createExchange(options: {
  readonly fetch: typeof globalThis.fetch
  /** For one exchange, redirects and body included. */
  readonly timeoutMs: number
}): Exchange {
  return (request, signal) =>
    withDeadline(options.timeoutMs, signal, async (signal) => {
      let url = new URL(request.url)
      for (let redirects = 0; ; redirects++) {
        const { method, headers, body = null } = request
        const response = await options.fetch(url, { method, headers, body, redirect: 'manual', signal })
        const target = redirectTarget(response, method, url)
        if (!target) {
          return { status: response.status, headers: response.headers, body: await readBody(response) }
        }
        await response.body?.cancel()
        if (redirects === maxRedirects) throw new Error(`more than ${maxRedirects} redirects`)
        url = target
      }
    })
}

/**
 * Not `AbortSignal.any` with `AbortSignal.timeout`: on Node 20 each such pair stays in memory (2 KB) for as long as the
 * signal of the caller does, and that one may live as long as the process.
 */
async function withDeadline<Result>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted()
  const controller = new AbortController()
  const abort = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  try {
    return await work(controller.signal)
  } catch (error) {
    // What `fetch` throws then differs with how far it came.
    controller.signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

/** Where to go on: undefined when the answer is to be taken as it is. */
function redirectTarget(response: Response, method: string, from: URL): URL | undefined {
  const { status } = response
  // 307 and 308 ask for the same method and body again; the older ones would turn a write into a read.
  const follows =
    status === 307 ||
    status === 308 ||
    (method === 'GET' && (status === 301 || status === 302 || status === 303))
  const location = response.headers.get('location')
  if (!follows || location === null || !URL.canParse(location, from.href)) return undefined
  const target = new URL(location, from)
  if (target.origin !== from.origin) {
    throw new Error(
      `${from.host} redirects to ${target.origin}, where our credentials must not go (is GITHUB_API_URL right?)`,
    )
  }
  return target
}

async function readBody(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  const stream: AsyncIterable<Uint8Array> | null = response.body
  for await (const chunk of stream ?? []) {
    size += chunk.length
    if (size > maxAnswerBytes) throw new Error(`the answer is longer than ${maxAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
