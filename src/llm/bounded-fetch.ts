/** An answer was larger than anyone should send. */
export class BodyTooLargeError extends Error {
  override name = 'BodyTooLargeError'
}

/**
 * A `fetch` that reads at most `maxBytes` of a body (after decompression) and fails with a `BodyTooLargeError` beyond,
 * which closes the connection. It follows no redirect, so that neither key nor code go to a host nobody configured.
 */
export function boundedFetch(fetch: typeof globalThis.fetch, maxBytes: number): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' })
    if (!response.body) return response
    let bytes = 0
    const bound = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength
        if (bytes > maxBytes) throw new BodyTooLargeError(`more than ${maxBytes} bytes`)
        controller.enqueue(chunk)
      },
    })
    const { status, statusText, headers } = response
    return new Response(response.body.pipeThrough(bound), { status, statusText, headers })
  }
}
