import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../src/base/package-root.ts'
import {
  calls,
  callsElsewhere,
  httpCall,
  statementsElsewhere,
  stepName,
  steps,
  type Service,
} from './steps.ts'

const sources = readdirSync(path.join(packageRoot, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(test|contract)\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(path.join(packageRoot, 'src', file), 'utf8') }))

const named = (pattern: RegExp, files = /./): string[] =>
  sources
    .filter(({ file }) => files.test(file))
    .flatMap(({ text }) => [...text.matchAll(pattern)].map(([, name = '']) => name))

const listed = new Set(calls.map(({ service, name }) => `${service} ${name}`))
const isKnown = (service: Service, name: string): boolean =>
  listed.has(`${service} ${name}`) ||
  name in callsElsewhere ||
  Object.keys(statementsElsewhere).some((prefix) => name.startsWith(prefix))

describe('every external call of the product is a step', () => {
  test.each<[string, Service, string[], number]>([
    ['requests to GitHub', 'github', named(/\.request\(\s*'([A-Z]+ [^']+)'/g), 15],
    ['statements of PostgreSQL', 'postgres', named(/\bstatement(?:<[^(]*>)?\(\s*'([^']+)'/g), 30],
    ['commands of a transaction', 'postgres', named(/\.command\('(\w+)'\)/g, /postgres/), 3],
    ['scripts of Redis', 'redis', named(/\b(?:queueS|s)cript\(\s*'([^']+)'/g, /\.redis\.ts$/), 18],
    ['commands of the queue on Redis', 'redis', named(/\[\s*'(X[A-Z]+)'/g, /queue\/.*\.redis\.ts$/), 2],
    [
      'routes that GitHub calls',
      'webhook',
      named(/\.post\(\s*'([^']+)'/g, /webhook/).map((route) => `POST ${route}`),
      1,
    ],
  ])('%s', (_what, service, names, atLeast) => {
    // That they are found at all.
    expect(names.length).toBeGreaterThanOrEqual(atLeast)
    expect(names.filter((name) => !isKnown(service, name))).toEqual([])
  })
})

test('nothing is listed twice, and nothing that the product does not do', () => {
  expect(listed.size).toBe(calls.length)
  const all = sources.map(({ text }) => text).join('\n')
  const literals = calls.filter(({ service }) => service !== 'model' && service !== 'webhook')
  expect(literals.filter(({ name }) => !all.includes(`'${name}'`))).toEqual([])
})

test('each call has a step before it and one after it', () => {
  expect(steps.length).toBe(2 * calls.length)
  expect(steps.map(stepName)).toContain('after github POST /repos/{owner}/{repo}/check-runs')
})

test('a request is known by its path', () => {
  expect(httpCall('github', 'GET', '/repos/o/r/pulls/12')).toBe(
    'GET /repos/{owner}/{repo}/pulls/{pull_number}',
  )
  expect(httpCall('github', 'GET', '/repos/o/r/contents/a/b.go')).toBe(
    'GET /repos/{owner}/{repo}/contents/{path}',
  )
  expect(httpCall('github', 'DELETE', '/repos/o/r/pulls/12')).toBeUndefined()
})
