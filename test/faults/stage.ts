import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { vi } from 'vitest'
import { answerWithFaults, faultName } from '../../chaos/planted-faults.ts'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import type { Delivery } from '../../emulators/github/deliveries.ts'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { createCloser, type Closable } from '../../src/base/closer.ts'
import { openScratchRepository } from '../scratch-repository.ts'
import { createDatabase } from '../services.ts'
import { PATIENCE_MS, PROGRAM, startProduct, type ProductProcess } from './product-process.ts'

export const REPOSITORY = 'octo-org/values'

/** What became of a pull request: how its runs ended, oldest first, and how much stands on GitHub for its head. */
export interface Outcome {
  readonly number: number
  readonly states: readonly string[]
  readonly reviews: number
  readonly comments: number
  readonly checkRuns: number
  readonly summaries: number
}

/** The outcome of pull requests whose one head, with its one fault, was reviewed once. */
export function doneOnce(...numbers: readonly number[]): Outcome[] {
  return numbers.map((number) => ({
    number,
    states: ['completed'],
    reviews: 1,
    comments: 1,
    checkRuns: 1,
    summaries: 0,
  }))
}

export interface StageRun {
  readonly number: number
  readonly head: string
  readonly state: string
  readonly reason: string
  readonly attempt: number
}

/** The product as real processes beside both emulators, on servers that belong to the test: to be treated badly. */
export interface Stage extends Closable {
  readonly github: GitHubEmulator
  readonly llm: LlmEmulator
  /** The database of the product, on the server of the options. */
  readonly databaseUrl: string
  /** Starts a process of the product. When it serves, deliveries go to it from now on. */
  start(command: 'start' | 'serve' | 'work', env?: Readonly<Record<string, string>>): Promise<ProductProcess>
  /** Runs `lorgnette` with these arguments to its end, and returns what it printed. Rejects when it exits with another code than 0. */
  command(...args: readonly string[]): Promise<string>
  /** Opens a pull request whose change has one fault, which the model finds. Returns when its delivery was answered. */
  open(): Promise<number>
  /** Opens the first one of another repository. Returns when its delivery was answered. */
  openIn(repository: string): Promise<void>
  /** Opens so many, one after the other. Throws when a delivery was not taken. */
  openTaken(count: number): Promise<readonly number[]>
  /** Pushes another fault in place of the one that is there. Returns the new head. */
  push(number: number): Promise<string>
  /** Has GitHub deliver again, until it was taken, what nobody took. */
  redeliverRefused(): Promise<void>
  /** Every delivery as it was answered last. */
  answers(): Promise<readonly Delivery[]>
  /** From now on the model answers nothing, or nothing about this pull request, until the result is called. */
  holdModel(number?: number): () => void
  /** Resolves when so many questions wait for an answer. */
  modelHolds(questions: number): Promise<void>
  /** Waits until every run of these pull requests has ended, at least one each, and tells what came of them. */
  outcomes(...numbers: readonly number[]): Promise<readonly Outcome[]>
  /** Oldest first. */
  runs(): Promise<readonly StageRun[]>
  query<Row extends pg.QueryResultRow>(text: string, ...values: readonly unknown[]): Promise<readonly Row[]>
}

export interface StageOptions {
  readonly postgresUrl: string
  /** The queue is in PostgreSQL when absent. */
  readonly redisUrl?: string
  readonly env?: Readonly<Record<string, string>>
}

export const SECRET = 'a secret of the faults'

export async function openStage(options: StageOptions): Promise<Stage> {
  const opened = createCloser((error) => process.stderr.write(`could not close: ${String(error)}\n`))
  const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-faults-'))
  opened.add({ close: async () => rmSync(folder, { recursive: true, force: true }) })
  const scratch = openScratchRepository()
  opened.add({ close: async () => scratch.close() })
  scratch.write('README.md', '# Values\n')
  scratch.commit()
  const { url: databaseUrl } = await createDatabase(options.postgresUrl)

  let gate: { readonly opened: Promise<void>; readonly holds: string } | undefined
  let held = 0
  const github = opened.add(
    // Its limit of content writes would have a test wait for minutes; who wants a limit asks for one.
    await openGitHubEmulator({ folder: path.join(folder, 'github'), contentLimits: 'off' }),
  )
  const llm = opened.add(
    await openLlmEmulator({
      answer: async ({ prompt }) => {
        if (gate && prompt.includes(gate.holds)) {
          held += 1
          await gate.opened
          held -= 1
        }
        return answerWithFaults(prompt)
      },
    }),
  )
  await github.addRepository(REPOSITORY, scratch.folder)
  const processes = new Set<ProductProcess>()
  opened.add({ close: async () => void (await Promise.all([...processes].map((one) => one.kill()))) })
  const env = {
    HOME: folder,
    DATABASE_URL: databaseUrl,
    ...(options.redisUrl !== undefined && { REDIS_URL: options.redisUrl }),
    GITHUB_API_URL: github.url,
    GITHUB_APP_ID: String(github.app.id),
    GITHUB_PRIVATE_KEY: github.app.privateKey,
    GITHUB_WEBHOOK_SECRET: SECRET,
    LLM_BASE_URL: llm.baseUrl,
    LLM_MODEL: 'openai-compatible/scripted',
    OPENAI_API_KEY: 'sk-faults',
    PORT: '0',
    RECONCILE_INTERVAL: '1s',
    ...options.env,
  }
  const heads = new Map<number, number>()

  const stage: Stage = {
    github,
    llm,
    databaseUrl,

    async start(command, own = {}) {
      const started = await startProduct(command, { ...env, ...own })
      processes.add(started)
      if (started.url !== '') {
        await github.setWebhook({ url: `${started.url}/webhooks/github`, secret: SECRET })
      }
      return started
    },

    async command(...args) {
      const { stdout } = await runFile(process.execPath, [PROGRAM, ...args], {
        env: { PATH: process.env['PATH'], ...env },
      })
      return stdout
    },

    async open() {
      const number = [...heads.keys()].filter((known) => known !== ELSEWHERE).length + 1
      await github.push(REPOSITORY, branchOf(number), commit(number))
      return await github.openPullRequest({ repository: REPOSITORY, head: branchOf(number) })
    },

    async openIn(repository) {
      await github.addRepository(repository, scratch.folder)
      // Of a number that no other has.
      await github.push(repository, branchOf(ELSEWHERE), commit(ELSEWHERE))
      await github.openPullRequest({ repository, head: branchOf(ELSEWHERE) })
    },

    async openTaken(count) {
      const numbers: number[] = []
      while (numbers.length < count) {
        numbers.push(await stage.open())
        const { statusCode } = (await github.deliveries()).at(-1) ?? {}
        if (statusCode !== 202) throw new Error(`pull request ${numbers.at(-1)}: answered ${statusCode}`)
      }
      return numbers
    },

    async push(number) {
      const head = commit(number)
      await github.push(REPOSITORY, branchOf(number), head)
      return head
    },

    async answers() {
      const last = new Map((await github.deliveries()).map((delivery) => [delivery.guid, delivery]))
      return [...last.values()]
    },

    async redeliverRefused() {
      await vi.waitFor(
        async () => {
          for (const { id, statusCode } of await stage.answers()) {
            if (statusCode !== 202 && (await github.redeliver(id))?.statusCode !== 202)
              throw new Error('still not taken')
          }
        },
        { timeout: PATIENCE_MS, interval: 200 },
      )
    },

    holdModel(number) {
      let release = (): void => undefined
      const opened = new Promise<void>((resolve) => (release = resolve))
      gate = { opened, holds: number === undefined ? '' : fileOf(number) }
      return () => {
        gate = undefined
        release()
      }
    },

    modelHolds: (questions) =>
      vi.waitFor(
        () => {
          if (held < questions) throw new Error(`the model holds ${held} questions`)
        },
        { timeout: PATIENCE_MS, interval: 20 },
      ),

    async outcomes(...numbers) {
      const runs = await settled(numbers)
      const outcome = async (number: number): Promise<Outcome> => {
        const states = runs.filter((run) => run.number === number).map(({ state }) => state)
        return { number, states, ...(await said(number)) }
      }
      return await Promise.all(numbers.map(outcome))
    },

    runs: () =>
      stage.query<StageRun>(
        `select pr_number as number, review_runs.head_commit as head, review_runs.state, reason, attempt
         from review_runs join pull_requests on pull_requests.id = pull_request_id
         order by review_runs.created_at`,
      ),

    async query<Row extends pg.QueryResultRow>(text: string, ...values: readonly unknown[]) {
      const client = new pg.Client({ connectionString: databaseUrl })
      client.on('error', () => undefined)
      await client.connect()
      try {
        const { rows } = await client.query<Row>(text, [...values])
        return rows
      } finally {
        await client.end()
      }
    },

    close: () => opened.close(),
  }
  return stage

  function settled(numbers: readonly number[]): Promise<readonly StageRun[]> {
    return vi.waitFor(
      async () => {
        const runs = (await stage.runs()).filter(({ number }) => numbers.includes(number))
        const unknown = numbers.filter((number) => !runs.some((run) => run.number === number))
        const unended = runs.filter(({ state }) => !ENDED.has(state))
        if (unknown.length + unended.length > 0) throw new Error(JSON.stringify({ unknown, unended }))
        return runs
      },
      { timeout: PATIENCE_MS, interval: 100 },
    )
  }

  /** Counts what stands on GitHub for the head of a pull request. */
  async function said(number: number): Promise<Omit<Outcome, 'number' | 'states'>> {
    const head = await github.head(REPOSITORY, number)
    const reviews = (await github.reviews(REPOSITORY, number)).filter(({ commit }) => commit === head)
    const comments = await github.comments(REPOSITORY, number)
    return {
      reviews: reviews.length,
      comments: comments.filter(({ reviewId }) => reviews.some(({ id }) => id === reviewId)).length,
      checkRuns: (await github.checkRuns(REPOSITORY, head)).length,
      summaries: (await github.issueComments(REPOSITORY, number)).length,
    }
  }

  /** The next head of a pull request: its one file, with one fault of its own. */
  function commit(number: number): string {
    const head = (heads.get(number) ?? -1) + 1
    heads.set(number, head)
    if (head === 0) scratch.git('checkout', '--quiet', '-b', branchOf(number), 'main')
    else scratch.git('checkout', '--quiet', branchOf(number))
    scratch.write(fileOf(number), `package values\n\nvar ${faultName(1, number, head, 0)} = ${number}\n`)
    return scratch.commit()
  }
}

const ELSEWHERE = 1_000_000
const runFile = promisify(execFile)
const ENDED = new Set(['completed', 'failed', 'skipped', 'superseded'])

function branchOf(number: number): string {
  return `change-${number}`
}

function fileOf(number: number): string {
  return `value${number}.go`
}
