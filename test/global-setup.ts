import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { packageRoot } from '../src/base/package-root.ts'
import { openPostgres, openRedis, type Service } from './services.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined when the machine has no such server: the suites that need it are skipped. */
    postgresUrl: string | undefined
    redisUrl: string | undefined
  }
}

const built = path.join(packageRoot, 'dist', 'src', 'main.js')

/** Whether nothing that is built is younger than the build: it takes ten seconds, and most runs of tests follow another. */
function isBuilt(): boolean {
  if (!existsSync(built)) return false
  const builtAt = statSync(built).mtimeMs
  const isYounger = (file: string): boolean => statSync(path.join(packageRoot, file)).mtimeMs > builtAt
  const sources = ['src', 'emulators', 'demo', 'bench', 'chaos', 'load'].flatMap((folder) =>
    readdirSync(path.join(packageRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      path.join(folder, name),
    ),
  )
  return ![...sources, 'package.json', 'tsconfig.json', 'tsconfig.build.json'].some(isYounger)
}

/** Builds what runs as a process of its own, and finds or starts the servers that tests need. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!isBuilt()) execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
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
