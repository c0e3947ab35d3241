import { execFileSync } from 'node:child_process'
import type { TestProject } from 'vitest/node'
import { openPostgres, openRedis, type Service } from './services.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined when the machine has no such server: the suites that need it are skipped. */
    postgresUrl: string | undefined
    redisUrl: string | undefined
  }
}

/** Builds what runs as a process of its own, and finds or starts the servers that tests need. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
  const services: Service[] = []
  const provide = async (
    name: 'postgresUrl' | 'redisUrl',
    open: () => Promise<Service | undefined>,
  ): Promise<void> => {
    const service = await open()
    if (service) services.push(service)
    else if (process.env['CI'] === 'true')
      throw new Error(`${name}: no such server here, and CI may not skip`)
    else process.stderr.write(`\n!!! ${name}: no such server on this machine: its suites are SKIPPED !!!\n\n`)
    project.provide(name, service?.url)
  }
  await Promise.all([provide('postgresUrl', openPostgres), provide('redisUrl', openRedis)])
  return async () => {
    await Promise.all(services.map((service) => service.stop()))
  }
}
