import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** What came back for a delivery, in the words of GitHub's log. */
interface Received {
  /** `OK`, or why not. */
  readonly status: string
  /** 0 when there was no answer. */
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string | null
}

/** GitHub gives up on an answer after ten seconds. Source: "Best practices for using webhooks". */
const answerWithinMs = 10_000

/** Posts on a connection of its own. Never throws: no answer is an outcome too. */
export async function postDelivery(
  url: string,
  headers: Record<string, string>,
  body: Buffer,
  stop: AbortSignal,
): Promise<Received> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(answerWithinMs)])
  const none = (status: string): Received => ({ status, statusCode: 0, headers: {}, payload: null })
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    const lengths = { ...headers, 'content-length': String(body.length) }
    const request = send(url, { method: 'POST', headers: lengths, agent: false, signal }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve(none('failed to connect to host')))
      response.on('end', () => {
        const code = response.statusCode ?? 0
        const fields = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
        resolve({
          status: code >= 200 && code < 300 ? 'OK' : `Invalid HTTP Response: ${code}`,
          statusCode: code,
          headers: Object.fromEntries(fields) as Record<string, string>, // both are strings
          payload: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    request.on('error', () => {
      const late = signal.aborted && !stop.aborted
      resolve(none(late ? 'timed out' : 'failed to connect to host'))
    })
    request.end(body)
  })
}
