import { generateKeyPairSync } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { BENCH_SECRET } from './contestant.ts'

/** As much of Probot as this needs: it is installed apart, so its own types are not here. */
interface ProbotModule {
  createProbot(options: object): unknown
  createNodeMiddleware(
    app: (app: { on(event: string, handle: () => void): void }) => void,
    options: object,
  ): Promise<RequestListener>
}

const folder = process.argv[2] ?? ''
const entry = createRequire(path.join(folder, 'package.json')).resolve('probot')
const probot = (await import(pathToFileURL(entry).href)) as ProbotModule // the version is pinned

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
})
const middleware = await probot.createNodeMiddleware((app) => app.on('pull_request', () => undefined), {
  probot: probot.createProbot({
    overrides: { appId: 1, privateKey, secret: BENCH_SECRET, logLevel: 'fatal' },
  }),
  webhooksPath: '/webhooks/github',
})
const server = createServer(middleware).listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo // it listens on TCP
  process.send?.(`http://127.0.0.1:${port}/webhooks/github`)
})
