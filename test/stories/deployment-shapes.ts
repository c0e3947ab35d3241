import { inject } from 'vitest'
import { createDatabase } from '../services.ts'

export interface DeploymentShape {
  readonly shape: string
  readonly env: () => Promise<Record<string, string>>
}

/**
 * The three shapes in which the same code is deployed, as far as this machine has them. Each test file has a numbered database
 * of its own on a Redis that others use, too.
 */
export function deploymentShapes(redisDatabase: number): readonly DeploymentShape[] {
  const postgresUrl = inject('postgresUrl')
  const redisUrl = inject('redisUrl')
  return [
    { shape: 'embedded', env: () => Promise.resolve({}) },
    ...(postgresUrl ? [{ shape: 'on PostgreSQL', env: () => onPostgres(postgresUrl) }] : []),
    ...(postgresUrl && redisUrl
      ? [
          {
            shape: 'on PostgreSQL and Redis',
            env: async () => ({
              ...(await onPostgres(postgresUrl)),
              REDIS_URL: databaseOf(redisUrl, redisDatabase),
            }),
          },
        ]
      : []),
  ]
}

async function onPostgres(url: string): Promise<Record<string, string>> {
  return { DATABASE_URL: (await createDatabase(url)).url }
}

function databaseOf(url: string, number: number): string {
  const numbered = new URL(url)
  numbered.pathname = `/${number}`
  return numbered.href
}
