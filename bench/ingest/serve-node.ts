import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BENCH_SECRET } from './contestant.ts'

// The least that a receiver of webhooks can do: check the signature, parse, answer.
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    const expected = `sha256=${createHmac('sha256', BENCH_SECRET).update(body).digest('hex')}`
    const given = String(request.headers['x-hub-signature-256'])
    if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) {
      response.writeHead(401).end()
      return
    }
    JSON.parse(body.toString('utf8'))
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"accepted"}')
  })
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo // it listens on TCP
  process.send?.(`http://127.0.0.1:${port}/webhooks/github`)
})
