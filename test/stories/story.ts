import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openGitHubEmulator, type GitHubEmulator } from '../../emulators/github/github-emulator.ts'
import { confirmClaims } from '../../emulators/llm/confirm-claims.ts'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import type { ScriptedAnswer } from '../../emulators/llm/scripted-answer.ts'
import { openSystem, type System } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { createPgliteFolder } from '../databases.ts'
import { openScratchRepository } from '../scratch-repository.ts'

/** Texts of files by path. */
type Files = Readonly<Record<string, string>>

const SECRET = 'a secret of the stories'
const REPOSITORY = 'octo-org/shop'

/** The whole system beside both emulators, over the wire: what a person does on GitHub, and what stands there afterwards. */
export interface Story {
  readonly github: GitHubEmulator
  readonly llm: LlmEmulator
  readonly repository: string
  readonly url: string
  /** Opens a pull request with these files on a branch of its own, and waits until the delivery was answered. */
  open(
    branch: string,
    files: Files,
    about?: { readonly draft?: boolean; readonly author?: string },
  ): Promise<number>
  /** Commits the files on the pull request's branch and pushes it. Returns the commit. */
  push(branch: string, files: Files): Promise<string>
  /** Waits until every run of the pull request has ended, and returns them, oldest first. */
  settled(number: number, runs?: number): Promise<readonly StoryRun[]>
  /** Stops the system, as SIGTERM does, and starts it again on the same store. */
  restart(): Promise<void>
  /** The same, and what happens meanwhile GitHub cannot deliver. */
  whileAway<Result>(happens: () => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

export interface StoryRun {
  readonly id: string
  readonly state: string
  readonly reason: string
}

export interface StoryOptions {
  /** Files of the branch that changes go to. */
  readonly base: Files
  /** `app` when absent. */
  readonly credentials?: 'app' | 'token'
  /** No model is configured when absent. */
  readonly answer?: (prompt: string) => ScriptedAnswer
  readonly env?: Readonly<Record<string, string>>
}

export async function openStory(options: StoryOptions): Promise<Story> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-story-'))
  const scratch = openScratchRepository()
  commit('main', options.base)
  const github = await openGitHubEmulator({ folder: path.join(folder, 'github'), validate: true })
  await github.addRepository(REPOSITORY, scratch.folder)
  const { answer } = options
  const embedded = options.env?.['DATABASE_URL'] === undefined ? await createPgliteFolder() : undefined
  const llm = await openLlmEmulator(answer ? { answer: ({ prompt }) => answer(prompt) } : {})
  const credentials =
    options.credentials === 'token'
      ? { GITHUB_TOKEN: github.token }
      : { GITHUB_APP_ID: String(github.app.id), GITHUB_PRIVATE_KEY: github.app.privateKey }
  const env = {
    ...credentials,
    GITHUB_API_URL: github.url,
    GITHUB_WEBHOOK_SECRET: SECRET,
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    RECONCILE_INTERVAL: '1s',
    DATA_DIR: embedded?.folder ?? path.join(folder, 'data'),
    ...(answer && {
      LLM_MODEL: 'openai-compatible/scripted',
      LLM_BASE_URL: llm.baseUrl,
      OPENAI_API_KEY: 'sk-story',
    }),
    ...options.env,
  }
  let system = await start()

  return {
    github,
    llm,
    repository: REPOSITORY,
    get url() {
      return system.url ?? ''
    },
    async open(branch, files, about = {}) {
      scratch.git('checkout', '--quiet', '-b', branch, 'main')
      await github.push(REPOSITORY, branch, commit(branch, files))
      return await github.openPullRequest({
        repository: REPOSITORY,
        head: branch,
        base: 'main',
        title: branch,
        ...about,
      })
    },
    async push(branch, files) {
      const head = commit(branch, files)
      await github.push(REPOSITORY, branch, head)
      return head
    },
    async settled(number, runs = 1) {
      for (let tries = 0; tries < 400; tries++) {
        const found = await listRuns(number)
        if (found.length >= runs && found.every(({ state }) => ENDED.has(state))) return found
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Error(
        `pull request ${number} was not settled within 20 s: ${JSON.stringify(await listRuns(number))}`,
      )
    },
    async restart() {
      await system.stop()
      system = await start()
    },
    async whileAway(happens) {
      await system.stop()
      const result = await happens()
      system = await start()
      return result
    },
    async close() {
      await system.stop()
      await Promise.all([github.close(), llm.close()])
      scratch.close()
      await embedded?.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }

  function commit(branch: string, files: Files): string {
    if (branch !== 'main') scratch.git('checkout', '--quiet', branch)
    for (const [file, content] of Object.entries(files)) scratch.write(file, content)
    return scratch.commit()
  }

  async function start(): Promise<System> {
    const started = await openSystem(readConfig(env), { serves: true, works: true }, createLogger('silent'))
    await github.setWebhook({ url: `${started.url}/webhooks/github`, secret: SECRET })
    return started
  }

  async function listRuns(number: number): Promise<StoryRun[]> {
    const response = await fetch(`${system.url}/api/runs?limit=100`)
    const { runs } = (await response.json()) as { runs: (StoryRun & { pull_request: number })[] } // our own API
    return runs.filter((run) => run.pull_request === number).toReversed()
  }
}

const ENDED = new Set(['completed', 'failed', 'skipped', 'superseded'])

/** The tag of the line in a question whose text contains `text`: how a model would cite it. */
export function tagOf(prompt: string, text: string): string {
  const line = prompt.split('\n').find((line) => /^[a-z0-9]+\|/.test(line) && line.includes(text))
  if (!line) throw new Error(`no line of the question has ${text}`)
  return line.slice(0, line.indexOf('|'))
}

/**
 * An answer with one finding on the line that contains `text`; nothing when the question has no such line. Asked for a
 * second look it stands by everything.
 */
export function findingOn(
  prompt: string,
  text: string,
  said: Readonly<Record<string, unknown>> = {},
): ScriptedAnswer {
  const confirmed = confirmClaims(prompt)
  if (confirmed) return confirmed
  if (!prompt.includes(text)) return { kind: 'json', value: { findings: [] } }
  const tag = tagOf(prompt, text)
  const finding = {
    start_tag: tag,
    end_tag: tag,
    severity: 'high',
    category: 'bug',
    title: 'The last item is left out',
    failure: 'A cart with one item → the total is 0.',
    evidence: text,
    replacement: null,
    confidence: 0.9,
  }
  return { kind: 'json', value: { findings: [{ ...finding, ...said }] } as never } // plain JSON
}
