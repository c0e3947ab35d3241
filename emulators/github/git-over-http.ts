import type { IncomingHttpHeaders } from 'node:http'
import path from 'node:path'
import { execa } from 'execa'
import { authenticate } from './actor.ts'
import { GitHubError } from './github-error.ts'
import type { Answer } from './operation.ts'
import type { World } from './world.ts'

interface GitRequest {
  readonly method: string
  /** With its query. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * Git's own protocol, for reading, as GitHub serves it beside its API: `/owner/name.git/info/refs` and
 * `/owner/name.git/git-upload-pack`, for callers with a token as the password of a basic authorization. Any commit may be
 * asked for by its id, and blobs may be left out, as on GitHub. Undefined for every other path.
 */
export async function answerGit(world: World, request: GitRequest): Promise<Answer | undefined> {
  const [file = '', query = ''] = request.target.split('?', 2)
  const [, fullName = '', service = ''] =
    /^\/([^/]+\/[^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack)$/.exec(file) ?? []
  if (fullName === '') return undefined
  const repository = world.repositories.get(fullName.toLowerCase())
  const refusal = refuse(world, request.headers.authorization)
  if (refusal) return refusal
  if (!repository) return plain(404, 'Not Found')
  const result = await execa('git', ['http-backend'], {
    extendEnv: false,
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'uploadpack.allowAnySHA1InWant',
      GIT_CONFIG_VALUE_0: 'true',
      GIT_CONFIG_KEY_1: 'uploadpack.allowFilter',
      GIT_CONFIG_VALUE_1: 'true',
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROJECT_ROOT: path.dirname(repository.folder),
      PATH_INFO: `/${path.basename(repository.folder)}/${service}`,
      REQUEST_METHOD: request.method,
      QUERY_STRING: query,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: String(request.body.length),
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    input: request.body,
    encoding: 'buffer',
    maxBuffer: 512 * 1024 * 1024,
    stripFinalNewline: false,
    reject: false,
  })
  // It also fails when it told the other side that there is no such commit.
  if (result instanceof Error && result.stdout.length === 0) throw result
  return readCgi(Buffer.from(result.stdout))
}

/** The 401 that GitHub answers to nobody and to a wrong token. */
function refuse(world: World, authorization: string | undefined): Answer | undefined {
  const [, encoded = ''] = /^basic +(\S+)$/i.exec(authorization ?? '') ?? []
  const password = Buffer.from(encoded, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '')
  try {
    authenticate(world, `token ${password}`)
    return undefined
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    const refused = plain(401, 'Invalid username or token')
    return { ...refused, headers: { ...refused.headers, 'www-authenticate': 'Basic realm="GitHub"' } }
  }
}

function plain(status: number, text: string): Answer {
  return { status, body: Buffer.from(`${text}\n`), headers: { 'content-type': 'text/plain' } }
}

/** What a CGI program writes: header lines, an empty one, the body. */
function readCgi(output: Buffer): Answer {
  const end = output.indexOf('\r\n\r\n')
  const headers = Object.fromEntries(
    output
      .subarray(0, end)
      .toString('latin1')
      .split('\r\n')
      .map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
  )
  const { status = '200', ...others } = headers
  return { status: Number.parseInt(status, 10), headers: others, body: output.subarray(end + 4) }
}
