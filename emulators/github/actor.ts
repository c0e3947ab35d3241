import { createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import { GitHubError } from './github-error.ts'
import { botLogin, type World } from './world.ts'

/** Who makes a request. */
export type Actor =
  | { readonly kind: 'app' }
  | { readonly kind: 'installation'; readonly installationId: number; readonly login: string }
  | { readonly kind: 'user'; readonly login: string }

const rest = 'https://docs.github.com/rest'

/** Reads the `Authorization` header as GitHub does. Throws its 401 answers. */
export function authenticate(world: World, header: string | undefined): Actor {
  if (header === undefined) throw new GitHubError(401, 'Requires authentication')
  const credentials = /^(?:bearer|token) +(\S+)$/i.exec(header)?.[1]
  if (credentials === undefined) throw badCredentials()
  if (credentials.split('.').length === 3) {
    checkJsonWebToken(world, credentials)
    return { kind: 'app' }
  }
  if (credentials === world.token) return { kind: 'user', login: world.tokenLogin }
  const token = world.tokens.get(credentials)
  if (!token || token.expiresAt <= world.clock.now()) throw badCredentials()
  return { kind: 'installation', installationId: token.installationId, login: botLogin(world) }
}

const badCredentials = (): GitHubError => new GitHubError(401, 'Bad credentials', { documentation: rest })

const claims = z.object({
  iat: z.number().int(),
  exp: z.number().int(),
  iss: z.union([z.string(), z.number()]),
})

/**
 * RS256 with the App's key; issued in the past, expiring in the future but at most ten minutes ahead, by the App.
 * Source: GitHub, "Generating a JSON Web Token (JWT) for a GitHub App".
 */
function checkJsonWebToken(world: World, token: string): void {
  const refuse = (message: string): never => {
    throw new GitHubError(401, message, { documentation: rest })
  }
  const [header = '', payload = '', signature = ''] = token.split('.')
  const decode = (part: string): unknown => parseJson(Buffer.from(part, 'base64url').toString('utf8'))
  const algorithm = z.object({ alg: z.literal('RS256') }).safeParse(decode(header))
  const key = createPublicKey(world.app.publicKey)
  const signed = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${payload}`),
    key,
    Buffer.from(signature, 'base64url'),
  )
  const parsed = claims.safeParse(decode(payload))
  if (!algorithm.success || !signed || !parsed.success) return refuse('A JSON web token could not be decoded')
  const { iat, exp, iss } = parsed.data
  const now = world.clock.now().getTime() / 1000
  if (String(iss) !== String(world.app.id)) return refuse('Integration must generate a public key')
  if (iat > now)
    refuse("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
  if (exp <= now)
    refuse(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    )
  if (exp > now + 600) refuse("'Expiration time' claim ('exp') is too far in the future")
}
