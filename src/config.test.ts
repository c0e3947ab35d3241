import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { ConfigError } from './config/config-error.ts'
import type { ConfigUse } from './config/joint-faults.ts'
import { defaultReviewSettings } from './review/review-settings.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-config-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()

const enough = { GITHUB_TOKEN: 'token' }

/** The faults as `SETTING problem`, sorted. */
function faults(env: NodeJS.ProcessEnv, use?: ConfigUse): string[] {
  try {
    readConfig(env, use)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.faults.map((fault) => `${fault.setting} ${fault.problem}`).toSorted()
  }
}

describe('with nothing but credentials', () => {
  const config = readConfig(enough)

  test('everything has the default that the documentation tells', () => {
    expect(config).toMatchObject({
      github: {
        apiUrl: 'https://api.github.com',
        writes: { perMinute: 80, perHour: 500 },
        credentials: { kind: 'token', token: 'token' },
      },
      server: { host: '127.0.0.1', port: 3000, loopback: true, shutdownGraceMs: 30_000 },
      worker: {
        concurrency: 5,
        runsOfRepository: 20,
        reconcileIntervalMs: 30_000,
        catchUp: { intervalMs: 900_000, maxAgeMs: 604_800_000 },
      },
      webhooks: { secrets: [], reviewDrafts: false, ignoreBots: true, ignoreLabels: [] },
      log: { level: 'info' },
      cache: { scope: 'installation', ttlMs: 604_800_000 },
    })
    expect(config.review).toEqual(defaultReviewSettings)
  })

  test('nothing is capped', () => {
    expect(config.spending).toEqual({ caps: {}, prices: [] })
    const env = { CAP_PER_RUN: '$0.50', CAP_TOKENS_PER_RUN: '200000', CAP_TOKENS_PER_MONTH: '5000000' }
    expect(readConfig({ ...enough, ...env }).spending.caps).toEqual({
      run: { money: 500_000, tokens: 200_000 },
      month: { tokens: 5_000_000 },
    })
  })

  test('no model is asked', () => {
    expect(config).not.toHaveProperty('llm')
  })

  test('PostgreSQL is embedded in the data folder of the user', () => {
    const inHome = path.join(homedir(), '.local', 'share', 'lorgnette')
    expect(config.store).toEqual({ kind: 'embedded', folder: inHome })
    const store = (env: NodeJS.ProcessEnv) => readConfig({ ...enough, ...env }).store
    expect(store({ XDG_DATA_HOME: '/data' })).toEqual({ kind: 'embedded', folder: '/data/lorgnette' })
    expect(store({ XDG_DATA_HOME: 'data' })).toEqual({ kind: 'embedded', folder: inHome })
    expect(store({ DATA_DIR: '~/reviews' })).toEqual({
      kind: 'embedded',
      folder: path.join(homedir(), 'reviews'),
    })
    expect(store({ DATA_DIR: 'reviews' })).toEqual({ kind: 'embedded', folder: path.resolve('reviews') })
  })

  test('a warning says that unsigned deliveries are accepted', () => {
    expect(config.warnings).toEqual([expect.stringContaining('unsigned')])
  })
})

describe('faults', () => {
  test('caps that are negative, absurd, or contradict each other stop the start', () => {
    const env = { CAP_PER_RUN: '-1', CAP_PER_DAY: '0', CAP_PER_MONTH: '1e9', CAP_TOKENS_PER_DAY: '999' }
    expect(faults({ ...enough, ...env })).toEqual([
      'CAP_PER_DAY is too small',
      'CAP_PER_MONTH is not an amount in dollars',
      'CAP_PER_RUN is too small',
      'CAP_TOKENS_PER_DAY is too small',
    ])
    expect(faults({ ...enough, CAP_PER_RUN: '5', CAP_PER_DAY: '2.50', CAP_PER_MONTH: '2000000' })).toEqual([
      'CAP_PER_MONTH is too large',
      'CAP_PER_RUN is above CAP_PER_DAY, which is met before it',
    ])
  })

  test('a file of prices is read at the start, and a mistake in it is named with its entry', () => {
    const file = path.join(folder, 'prices.json')
    const wrong = (text: string) => {
      writeFileSync(file, text)
      return faults({ ...enough, LLM_PRICES_FILE: file })
    }
    const entry = { model: 'openai/gpt-4o', from: '2026-06-01', input: 2, output: 8 }
    expect(wrong(JSON.stringify([entry]))).toEqual([])
    expect(wrong('[{')).toEqual(['LLM_PRICES_FILE names a file that is not JSON'])
    expect(wrong(JSON.stringify([entry, { ...entry, from: '2026-07-01', input: -2 }]))).toEqual([
      'LLM_PRICES_FILE names a file with a mistake: input of entry 2 is negative',
    ])
    expect(faults({ ...enough, LLM_PRICES_FILE: `${file}.gone` })).toEqual([
      'LLM_PRICES_FILE names no file that can be read',
    ])
  })

  test('all of them are named at once, each with what is right', () => {
    const env = { PORT: '80a', GITHUB_APP_ID: '12', DASHBOARD_PASSWORD: 'short', REVIEW_DRAFTS: 'yes' }
    expect(faults(env)).toEqual([
      'DASHBOARD_PASSWORD is too short',
      'GITHUB_PRIVATE_KEY is missing although GITHUB_APP_ID is set',
      'PORT is not a whole number',
      'REVIEW_DRAFTS is neither true nor false',
    ])
    expect(() => readConfig(env)).toThrow(
      'PORT is not a whole number. Expected: a whole number from 0 to 65535',
    )
  })

  test('no value is ever shown, whatever is wrong with it', () => {
    const secret = 'hunter2hunter2'
    const names = [
      'DATABASE_URL',
      'REDIS_URL',
      'GITHUB_APP_ID',
      'GITHUB_PRIVATE_KEY',
      'PORT',
      'HOST',
      'LLM_MODEL',
    ]
    const env = Object.fromEntries(
      [...names, 'LLM_TIMEOUT', 'LOG_LEVEL'].map((name) => [name, `${secret} !`]),
    )
    const read = () => readConfig(env)
    expect(read).toThrow(/^9 settings are wrong/)
    expect(read).not.toThrow('hunter2')
  })

  test.each<[string, string, string]>([
    ['DATABASE_URL', 'mysql://host/name', 'is not a postgres:// address'],
    ['REDIS_URL', '127.0.0.1:6379', 'is not a redis:// address'],
    ['GITHUB_APP_ID', '0', 'is too small'],
    ['GITHUB_API_URL', 'api.github.com', 'is not an http(s) address'],
    ['GITHUB_API_URL', 'https://me:key@host/api/v3', 'has a user, query or fragment in it'],
    ['GITHUB_WRITES_PER_MINUTE', '2', 'is too small'],
    ['GITHUB_WRITES_PER_MINUTE', '10001', 'is too large'],
    ['GITHUB_WRITES_PER_HOUR', 'none', 'is neither a whole number nor off'],
    ['GITHUB_WRITES_PER_HOUR', '79', 'is 79, less than the 80 of GITHUB_WRITES_PER_MINUTE'],
    ['GITHUB_WEBHOOK_SECRET', 'one,,two', 'has an empty entry'],
    ['GITHUB_TOKEN', '"token"', 'has quotes around it, and they count'],
    ['LLM_MODEL', 'gpt-5.6', 'is not provider/model with a known provider'],
    ['LLM_TIMEOUT', '30', 'is not a time span with a unit'],
    ['LLM_TIMEOUT', '30 seconds', 'is not a time span with a unit'],
    ['LLM_TIMEOUT', '2h', 'is too large'],
    ['PORT', '65536', 'is too large'],
    ['PORT', '1e3', 'is not a whole number'],
    ['HOST', 'http://localhost', 'is not a host'],
    ['IGNORE_BOTS', '1', 'is neither true nor false'],
    ['IGNORE_BOTS', 'TRUE', 'is neither true nor false'],
    ['LOG_LEVEL', 'verbose', 'is none of the known words'],
    ['REVIEW_MIN_CONFIDENCE', '1.5', 'is too large'],
    ['REVIEW_MIN_CONFIDENCE', 'Infinity', 'is not a number'],
    ['REVIEW_MAX_FILE_SIZE', '400', 'is not a size with a unit'],
    ['REVIEW_MAX_FILE_SIZE', '11MB', 'is too large'],
    ['WORKER_CONCURRENCY', '0', 'is too small'],
    ['WORKER_CONCURRENCY', '-1', 'is too small'],
  ])('%s=%s %s', (name, value, problem) => {
    expect(faults({ ...enough, [name]: value })).toContain(`${name} ${problem}`)
  })

  test('an empty or blank value is as good as none, and blanks around one do not count', () => {
    const blank = readConfig({ ...enough, PORT: '', DATABASE_URL: '  ', OPENAI_API_KEY: '' })
    expect(blank).toEqual(readConfig(enough))
    expect(readConfig({ GITHUB_TOKEN: ' token\n' })).toEqual(readConfig(enough))
  })
})

describe('GitHub credentials', () => {
  const app = (key: string) => readConfig({ GITHUB_APP_ID: '12', GITHUB_PRIVATE_KEY: key }).github.credentials

  test('the key of an App is PEM text, with line ends written out, its base64, or the path of a file', () => {
    const file = path.join(folder, 'app.pem')
    writeFileSync(file, pkcs1)
    const escaped = pkcs1.replaceAll('\n', String.raw`\n`)
    for (const written of [pkcs1, pkcs8, escaped, Buffer.from(pkcs1).toString('base64'), file]) {
      expect(app(written)).toEqual({ kind: 'app', appId: 12, privateKey: pkcs8 })
    }
  })

  test('a key that is no key, of another kind, or not there is a fault', () => {
    const other = generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString()
    mkdirSync(path.join(folder, 'keys'))
    const huge = path.join(folder, 'huge.pem')
    writeFileSync(huge, 'x'.repeat(64_001))
    const problem = (key: string) => faults({ GITHUB_APP_ID: '12', GITHUB_PRIVATE_KEY: key })
    expect(problem(other)).toEqual(['GITHUB_PRIVATE_KEY is a key of another kind than RSA'])
    expect(problem('-----BEGIN RSA PRIVATE KEY-----')).toEqual([
      'GITHUB_PRIVATE_KEY holds no private key that can be read',
    ])
    expect(problem('/nowhere/app.pem')).toEqual([
      'GITHUB_PRIVATE_KEY is neither a PEM key, nor its base64, nor the path of a file',
    ])
    expect(problem(path.join(folder, 'keys'))).toEqual([
      'GITHUB_PRIVATE_KEY names something that is not a file',
    ])
    expect(problem(huge)).toEqual(['GITHUB_PRIVATE_KEY names a file that is too large for a key'])
  })

  test('App and token together are a fault, and so is half an App', () => {
    expect(faults({ ...enough, GITHUB_APP_ID: '12', GITHUB_PRIVATE_KEY: pkcs8 })).toEqual([
      'GITHUB_TOKEN is set beside a GitHub App, so it is not clear who writes the reviews',
    ])
    expect(faults({ GITHUB_PRIVATE_KEY: pkcs8 })).toEqual([
      'GITHUB_APP_ID is missing although GITHUB_PRIVATE_KEY is set',
    ])
  })

  test('without any nobody starts who reviews pull requests, but a command on a local folder does', () => {
    const missing = [expect.stringMatching(/^GITHUB_TOKEN is missing/)]
    expect(faults({}, 'server')).toEqual(missing)
    expect(faults({ DATABASE_URL: 'postgres://host/name' }, 'worker')).toEqual(missing)
    expect(readConfig({}, 'tool').github).not.toHaveProperty('credentials')
  })

  test('an Enterprise Server is asked at its own address', () => {
    const env = { ...enough, GITHUB_API_URL: 'https://github.example.com/api/v3/' }
    expect(readConfig(env).github.apiUrl).toBe('https://github.example.com/api/v3')
  })
})

describe('writes on GitHub', () => {
  const writes = (perMinute: string, perHour: string) =>
    readConfig({ ...enough, GITHUB_WRITES_PER_MINUTE: perMinute, GITHUB_WRITES_PER_HOUR: perHour }).github
      .writes

  test('have the limits of the server, or none', () => {
    expect(writes('200', '5000')).toEqual({ perMinute: 200, perHour: 5_000 })
    expect(writes('off', 'off')).toEqual({ perMinute: Infinity, perHour: Infinity })
    expect(writes('off', '500')).toEqual({ perMinute: Infinity, perHour: 500 })
  })
})

describe('webhooks', () => {
  test('several secrets are accepted', () => {
    const { webhooks, warnings } = readConfig({ ...enough, GITHUB_WEBHOOK_SECRET: 'new, old' })
    expect(webhooks.secrets).toEqual(['new', 'old'])
    expect(warnings).toEqual([])
  })

  test.each(['0.0.0.0', '::', '192.168.1.2', 'example.com', '128.0.0.1', '127.0.0.1.example.com'])(
    'listening on %s without a secret is a fault of who listens',
    (HOST) => {
      expect(faults({ ...enough, HOST })).toEqual([
        expect.stringMatching(/^GITHUB_WEBHOOK_SECRET is missing/),
      ])
      expect(faults({ ...enough, HOST }, 'tool')).toEqual([])
      expect(faults({ ...enough, HOST, GITHUB_WEBHOOK_SECRET: 'secret' })).toEqual([])
    },
  )

  test.each(['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost'])('%s is loopback', (HOST) => {
    expect(readConfig({ ...enough, HOST }).server.loopback).toBe(true)
  })
})

describe('the model', () => {
  const llm = (env: NodeJS.ProcessEnv) => readConfig({ ...enough, ...env }).llm
  const problems = (env: NodeJS.ProcessEnv) => faults({ ...enough, ...env })

  test('a key alone chooses a model of its provider', () => {
    expect(llm({ OPENAI_API_KEY: 'key' })).toMatchObject({
      provider: 'openai',
      model: 'gpt-5.6',
      apiKey: 'key',
    })
    expect(llm({ ANTHROPIC_API_KEY: 'key' })).toMatchObject({
      provider: 'anthropic',
      model: 'claude-sonnet-5-5',
    })
  })

  test('the keys of two providers need a choice', () => {
    const keys = { OPENAI_API_KEY: 'one', ANTHROPIC_API_KEY: 'two' }
    expect(problems(keys)).toEqual(['LLM_MODEL is missing although the keys of two providers are set'])
    expect(llm({ ...keys, LLM_MODEL: 'anthropic/claude-opus-5-5' })).toEqual({
      provider: 'anthropic',
      model: 'claude-opus-5-5',
      apiKey: 'two',
      timeoutMs: 180_000,
      concurrency: 8,
      followsSchema: false,
    })
  })

  test('a model without the key of its provider is a fault', () => {
    expect(problems({ LLM_MODEL: 'openai/gpt-5.6', ANTHROPIC_API_KEY: 'key' })).toEqual([
      'OPENAI_API_KEY is missing although LLM_MODEL needs it',
    ])
  })

  test('a server of its own needs a model, and no key', () => {
    const LLM_BASE_URL = 'http://127.0.0.1:11434/v1'
    expect(problems({ LLM_BASE_URL })).toEqual(['LLM_MODEL is missing although LLM_BASE_URL is set'])
    expect(problems({ LLM_MODEL: 'openai-compatible/qwen3-coder' })).toEqual([
      'LLM_BASE_URL is missing although LLM_MODEL needs it',
    ])
    expect(llm({ LLM_BASE_URL, LLM_MODEL: 'openai-compatible/qwen3-coder:30b', LLM_TIMEOUT: '10m' })).toEqual(
      {
        provider: 'openai-compatible',
        model: 'qwen3-coder:30b',
        baseUrl: LLM_BASE_URL,
        timeoutMs: 600_000,
        concurrency: 8,
        followsSchema: false,
      },
    )
  })

  test('models to fall back on come with their own keys and addresses', () => {
    const own = {
      LLM_BASE_URL: 'http://127.0.0.1:4000/v1',
      LLM_FALLBACK_BASE_URL: 'http://127.0.0.1:11434/v1',
    }
    const env = { ...own, OPENAI_API_KEY: 'one', ANTHROPIC_API_KEY: 'two', LLM_MODEL: 'openai/gpt-5.6' }
    const LLM_FALLBACK_MODELS =
      'openai/gpt-5.6-mini, anthropic/claude-sonnet-5-5,openai-compatible/qwen3-coder'
    expect(llm({ ...env, LLM_FALLBACK_MODELS })).toMatchObject({
      model: 'gpt-5.6',
      baseUrl: own.LLM_BASE_URL,
      fallbacks: [
        { model: 'gpt-5.6-mini', apiKey: 'one', baseUrl: own.LLM_BASE_URL },
        { model: 'claude-sonnet-5-5', apiKey: 'two' },
        { model: 'qwen3-coder', baseUrl: own.LLM_FALLBACK_BASE_URL },
      ],
    })
    expect(llm({ ...env, LLM_FALLBACK_MODELS })?.fallbacks?.[1]).not.toHaveProperty('baseUrl')
  })

  test('models to fall back on need a first one, their keys and their address', () => {
    const LLM_FALLBACK_MODELS = 'anthropic/claude-sonnet-5-5,openai-compatible/qwen3-coder'
    expect(problems({ OPENAI_API_KEY: 'key', LLM_FALLBACK_MODELS })).toEqual([
      'LLM_MODEL is missing although LLM_FALLBACK_MODELS is set',
    ])
    const env = { OPENAI_API_KEY: 'key', LLM_MODEL: 'openai/gpt-5.6', LLM_FALLBACK_MODELS }
    expect(problems(env)).toEqual([
      'ANTHROPIC_API_KEY is missing although LLM_FALLBACK_MODELS needs it',
      'LLM_FALLBACK_BASE_URL is missing although LLM_FALLBACK_MODELS needs it',
    ])
    expect(problems({ ...env, LLM_FALLBACK_MODELS: 'gpt-5.6' })).toEqual([
      'LLM_FALLBACK_MODELS is not provider/model with a known provider',
    ])
  })
})

describe('names that are not settings', () => {
  test.each([
    ['GITHUB_APPID', 'GITHUB_APP_ID'],
    ['GITHUB_WEBHOOK_SECRETS', 'GITHUB_WEBHOOK_SECRET'],
    ['GITHUB_APP_PRIVATE_KEY', 'GITHUB_PRIVATE_KEY'],
    ['OPENAI_KEY', 'OPENAI_API_KEY'],
    ['openai_api_key', 'OPENAI_API_KEY'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['WORKER_CONCURENCY', 'WORKER_CONCURRENCY'],
  ])('%s is a fault that asks for %s', (written, meant) => {
    const env = { ...enough, [written]: 'value' }
    expect(faults(env)).toContain(`${written} is not a setting: did you mean ${meant}?`)
  })

  test('what other programs use is left alone', () => {
    const others =
      'HOSTNAME PORTS GITHUB_REPOSITORY GITHUB_ACTOR_ID GITHUB_SERVER_URL GITHUB_ENV OPENAI_BASE_URL NODE_ENV'
    const env = Object.fromEntries(others.split(' ').map((name) => [name, 'value']))
    expect(faults({ ...enough, ...env })).toEqual([])
  })

  test('a stray beside the right name is harmless, and an empty one is none', () => {
    expect(faults({ ...enough, OPENAI_API_KEY: 'key', OPENAI_KEY: 'key', DATABSE_URL: '' })).toEqual([])
  })
})

test('the queue is in the store, or on Redis beside a PostgreSQL server', () => {
  const redis = { REDIS_URL: 'redis://127.0.0.1:6379' }
  const postgres = { DATABASE_URL: 'postgres://127.0.0.1/lorgnette' }
  expect(readConfig({ ...enough, ...postgres }).queue).toEqual({ kind: 'store' })
  expect(readConfig({ ...enough, ...postgres, ...redis }).queue).toEqual({
    kind: 'redis',
    url: 'redis://127.0.0.1:6379',
  })
  expect(faults({ ...enough, ...redis })).toEqual([
    expect.stringContaining('DATABASE_URL is missing although REDIS_URL is set'),
  ])
})

test('a PostgreSQL server takes the place of the embedded one', () => {
  const url = 'postgres://user:password@host/name'
  const { store } = readConfig({ ...enough, DATABASE_URL: url, POSTGRES_POOL_SIZE: '20', DATA_DIR: '/data' })
  expect(store).toEqual({ kind: 'postgres', url, poolSize: 20 })
})

test('processes that share the work need a PostgreSQL server; one that only receives needs no credentials', () => {
  const missing = ['DATABASE_URL is missing: processes can share work only on a PostgreSQL server']
  expect(faults(enough, 'webhooks')).toEqual(missing)
  expect(faults(enough, 'worker')).toEqual(missing)
  const url = { DATABASE_URL: 'postgres://host/name' }
  expect(faults({ ...enough, ...url }, 'worker')).toEqual([])
  expect(faults(url, 'webhooks')).toEqual([])
})
