import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { CapturedOutput } from '../../test/captured-output.ts'
import { testDatabases, type TestDatabase } from '../../test/databases.ts'
import { openScratchRepository } from '../../test/scratch-repository.ts'
import { freePort } from '../../test/services.ts'
import { systemClock } from '../base/clock.ts'
import { readConfig } from '../config.ts'
import { openGitHub } from '../github/github.octokit.ts'
import { openModel } from '../llm/model.ai-sdk.ts'
import { openPostgres } from '../postgres/database.pg.ts'
import { statement, type Database } from '../postgres/database.ts'
import { readMigrations } from '../postgres/migration-files.ts'
import { openPostgresQueue } from '../queue/queue.postgres.ts'
import { createLogger } from '../telemetry/logger.ts'
import { checkAccess } from './checks/check-github.ts'
import { checkQueue } from './checks/check-queue.ts'
import { checkStore } from './checks/check-store.ts'
import { checkWebhookSecret } from './checks/check-webhook-secret.ts'
import { openDoctor } from './doctor-checks.ts'
import { runDoctor } from './doctor-command.ts'

const { signal } = new AbortController()
const log = createLogger('silent')
const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-doctor-'))
const repository = openScratchRepository()

let github: GitHubEmulator
let llm: LlmEmulator
/** Settings that everything is well with. */
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  repository.commit()
  github = await openGitHubEmulator({ folder: path.join(folder, 'github') })
  await github.addRepository('acme/shop', repository.folder)
  llm = await openLlmEmulator({ answer: () => ({ kind: 'json', value: { prime: true } }) })
  env = {
    GITHUB_API_URL: github.url,
    GITHUB_APP_ID: String(github.app.id),
    GITHUB_PRIVATE_KEY: github.app.privateKey,
    GITHUB_WEBHOOK_SECRET: 'f2b1c8d94e6a7350',
    LLM_BASE_URL: llm.baseUrl,
    LLM_MODEL: 'openai-compatible/emulated',
    OPENAI_API_KEY: 'sk-never-shown',
  }
})

afterAll(async () => {
  await Promise.all([github.close(), llm.close()])
  repository.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What the doctor finds with these settings: the mark and the name of every check, and all that it printed. */
async function visit(
  openDatabase: () => Promise<Database>,
  changed: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number; readonly marks: readonly string[]; readonly text: string }> {
  const clock = systemClock
  const doctor = openDoctor({
    readConfig: () => readConfig({ ...env, ...changed }, 'tool'),
    openDatabase,
    openQueue: (_config, database) => openPostgresQueue(database, { log, clock }),
    openGitHub: ({ github: { apiUrl, credentials } }) =>
      credentials && openGitHub({ apiUrl, credentials, clock, log, timeoutMs: 5_000 }),
    openModel,
    clock,
  })
  const stdout = new CapturedOutput()
  try {
    const code = await runDoctor(doctor.checks, { json: false, terminal: { stdout } }, signal)
    const marks = stdout.text.match(/^[✓!✗–] [^:]+/gm) ?? []
    return { code, marks, text: stdout.text }
  } finally {
    await doctor.close()
  }
}

const allWell = ['✓ settings', '✓ store', '✓ queue', '✓ GitHub', '✓ webhook secret', '✓ model']

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`the doctor on ${kind.name}`, () => {
    const opened: TestDatabase[] = []
    const open = async (how: 'open' | 'openEmpty' = 'open'): Promise<Database> => {
      const created = await kind[how]()
      opened.push(created)
      return created.database
    }
    afterEach(async () => {
      for (const { drop } of opened.splice(0)) await drop()
    })

    test('finds nothing to mend where all is well', async () => {
      const { code, marks, text } = await visit(() => open())
      expect(marks).toEqual(allWell)
      expect(code).toBe(0)
      expect(text).toContain('the App')
      expect(text).not.toContain('sk-never-shown')
    })

    test('says that migrations are still to be applied, and applies none', async () => {
      const database = await open('openEmpty')
      const known = await readMigrations()
      const check = async () => await checkStore(database, known)
      expect(await check()).toMatchObject({ prepared: false, result: { state: 'warning' } })
      expect(await check()).toMatchObject({ prepared: false, result: { state: 'warning' } })
      const { marks, code } = await visit(() => Promise.resolve(database))
      expect(marks.slice(1, 3)).toEqual(['! store', '– queue'])
      expect(code).toBe(0)
    })

    test('says that a newer version was here', async () => {
      const database = await open()
      await database.script(
        `insert into migrations (version, name, checksum) values (9999, '9999_later.sql', '')`,
      )
      const { text, marks } = await visit(() => Promise.resolve(database))
      expect(marks).toContain('✗ store')
      expect(text).toContain('9999_later.sql')
    })

    test('leaves nothing behind by trying to write', async () => {
      const database = await open()
      const migrations = statement<{ version: number }>('test-migrations', 'select version from migrations')
      const before = await database.run(migrations)
      await checkStore(database, await readMigrations())
      expect(await database.run(migrations)).toEqual(before)
    })

    test('a store that cannot be written is a failure', async () => {
      const database = await open()
      // Nothing else uses the pool, so its one connection is used again.
      await database.script('set default_transaction_read_only = on')
      await expect(checkStore(database, await readMigrations())).rejects.toThrow('read-only')
    })
  })
}

describe('the doctor without a database', () => {
  const nowhere = async () =>
    openPostgres({ url: `postgres://nobody@127.0.0.1:${await freePort()}/none`, poolSize: 2, log })

  test('goes on to what does not need it', async () => {
    const { code, marks } = await visit(nowhere)
    expect(marks).toEqual(allWell.with(1, '✗ store').with(2, '– queue'))
    expect(code).toBe(1)
  })

  test('says what to look at where nobody answers', async () => {
    const away = `http://127.0.0.1:${await freePort()}`
    const { marks, text } = await visit(nowhere, {
      DATABASE_URL: 'postgres://app@127.0.0.1/none',
      GITHUB_API_URL: away,
      LLM_BASE_URL: `${away}/v1`,
    })
    expect(marks.filter((mark) => mark.startsWith('✗'))).toEqual(['✗ store', '✗ GitHub', '✗ model'])
    for (const name of ['DATABASE_URL', 'GITHUB_API_URL', 'LLM_BASE_URL'])
      expect(text).toMatch(new RegExp(`^ {2}→ see that .*${name}`, 'm'))
  })

  test('tries nothing with settings that are wrong, and names them all', async () => {
    const { marks, text } = await visit(nowhere, { PORT: 'x', LLM_TIMEOUT: '1' })
    expect(marks).toEqual(allWell.map((mark, index) => (index === 0 ? '✗' : '–') + mark.slice(1)))
    expect(text).toMatch(/LLM_TIMEOUT is not a time span.*\n.*PORT is not a whole number/)
  })

  test('sees that there are no credentials, no secret and no model', async () => {
    const none = Object.fromEntries(Object.keys(env).map((name) => [name, '']))
    const { marks } = await visit(nowhere, none)
    expect(marks.slice(3)).toEqual(['✗ GitHub', '! webhook secret', '– model'])
  })

  test('sees a key of GitHub that is not the right one', async () => {
    const token = { GITHUB_APP_ID: '', GITHUB_PRIVATE_KEY: '', GITHUB_TOKEN: 'ghp_never_shown' }
    const { marks, text } = await visit(nowhere, token)
    expect(marks).toContain('✗ GitHub')
    expect(text).not.toContain('ghp_never_shown')
    expect((await visit(nowhere, { ...token, GITHUB_TOKEN: github.token })).marks).toContain('✓ GitHub')
  })

  test('sees a model key that is wrong, a model that answers nonsense, and one that is busy', async () => {
    llm.answerNext({ kind: 'fault', fault: 'bad-key' })
    expect((await visit(nowhere)).marks).toContain('✗ model')
    llm.answerNext({ kind: 'text', text: 'Yes, it is.' })
    expect((await visit(nowhere)).text).toContain('choose a model that follows a schema')
    llm.answerNext({ kind: 'json', value: { answer: 'yes' } })
    expect((await visit(nowhere)).text).toContain('not in the form it was asked for')
    llm.answerNext({ kind: 'fault', fault: 'rate-limited' })
    expect((await visit(nowhere)).marks).toContain('! model')
  })

  test('tries each model that stands in for the first, and says which setting to mend', async () => {
    const other = await openLlmEmulator({ answer: () => ({ kind: 'json', value: { prime: true } }) })
    try {
      const fallbacks = {
        LLM_FALLBACK_MODELS: 'openai-compatible/spare, openai-compatible/last',
        LLM_FALLBACK_BASE_URL: other.baseUrl,
      }
      const named = ['fallback model openai-compatible/spare', 'fallback model openai-compatible/last']
      const { marks } = await visit(nowhere, fallbacks)
      expect(marks.slice(5)).toEqual(['✓ model', ...named.map((name) => `✓ ${name}`)])
      other.answerNext({ kind: 'fault', fault: 'no-such-model' }, { kind: 'text', text: 'Yes, it is.' })
      const { marks: bad, text, code } = await visit(nowhere, fallbacks)
      expect(bad.slice(5)).toEqual(['✓ model', ...named.map((name) => `✗ ${name}`)])
      expect(text).toMatch(/→ see that .* LLM_FALLBACK_MODELS/)
      expect(text).toContain('choose a model that follows a schema (LLM_FALLBACK_MODELS)')
      expect(code).toBe(1)
    } finally {
      await other.close()
    }
  })
})

describe('an App', () => {
  const access = {
    kind: 'app',
    slug: 'lorgnette',
    permissions: { pull_requests: 'write', contents: 'read', metadata: 'read', checks: 'write' },
    events: ['pull_request'],
    installations: 2,
  } as const

  test('with all permissions is well, and more of them do no harm', () => {
    expect(checkAccess(access)).toEqual({ state: 'ok', detail: 'the App lorgnette, installed 2 times' })
    const more = { ...access.permissions, contents: 'write', issues: 'write' }
    expect(checkAccess({ ...access, permissions: more })).toMatchObject({ state: 'ok' })
  })

  test('that lacks something is told what, all at once', () => {
    const permissions = { pull_requests: 'read', metadata: 'read' }
    expect(checkAccess({ ...access, permissions, events: [] })).toMatchObject({
      state: 'failed',
      detail:
        'the App lorgnette, installed 2 times, lacks the permission pull_requests: write, the permission contents: read, the event pull_request',
    })
  })

  test('that is installed nowhere cannot review; without check runs it can', () => {
    expect(checkAccess({ ...access, installations: 0 })).toMatchObject({ state: 'failed' })
    const { checks: _, ...permissions } = access.permissions
    expect(checkAccess({ ...access, permissions })).toMatchObject({ state: 'warning' })
  })
})

test.each([
  [['repo', 'gist'], 'ok'],
  [['public_repo'], 'ok'],
  [[], 'ok'],
  [['read:org'], 'failed'],
])('a token with the scopes %j is %s', (scopes, state) => {
  expect(checkAccess({ kind: 'token', login: 'ada', scopes })).toMatchObject({ state })
})

test.each([
  [[], true, 'warning'],
  [[], false, 'failed'],
  [['f2b1c8d94e6a7350'], false, 'ok'],
  [['short1!'], false, 'warning'],
  [['aaaaaaaaaaaaaaaaaaaaaaaa'], false, 'warning'],
  [['f2b1c8d94e6a7350', 'changeme'], false, 'warning'],
])('the webhook secrets %j (loopback: %s) are %s', (secrets, loopback, state) => {
  expect(checkWebhookSecret(secrets, loopback)).toMatchObject({ state })
})

test.each([
  [{ deadLetters: 0, oldestReadyMs: 0 }, 'ok'],
  [{ deadLetters: 1, oldestReadyMs: 0 }, 'warning'],
  [{ deadLetters: 0, oldestReadyMs: 3_600_000 }, 'warning'],
])('a queue with %j is %s', async (seen, state) => {
  const depth = () => Promise.resolve({ ready: 1, delayed: 0, leased: 0, ...seen })
  expect(await checkQueue({ depth })).toMatchObject({ state })
})
