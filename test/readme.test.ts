import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGitHubEmulator, type GitHubEmulator } from '../emulators/github/github-emulator.ts'
import { openLlmEmulator, type LlmEmulator } from '../emulators/llm/llm-emulator.ts'
import { packageRoot } from '../src/base/package-root.ts'
import type { ReviewJson } from '../src/cli/format-json.ts'
import { createPgliteFolder } from './databases.ts'
import { commandsOf, readMarkdownPage } from './markdown-page.ts'
import { openScratchClone, type ScratchClone } from './scratch-clone.ts'
import { openScratchRepository, type ScratchRepository } from './scratch-repository.ts'

/** Starting the whole system takes seconds; much more on a busy machine. */
const patienceMs = 180_000

const readme = readMarkdownPage('README.md')

/** Commands of the page that are not run here, and why. */
const runElsewhere: Readonly<Record<string, string>> = {
  'npm ci':
    'it would take the packages away from the tests that run beside; the gate runs it first (.ci/run)',
  'npm run demo -- --once --json': 'demo/main.test.ts runs it, and judges every comment',
  'npm test': 'it is what runs this',
  'npm run chaos': '.ci/run runs it, and it judges itself',
}

let clone: ScratchClone
let project: ScratchRepository
let github: GitHubEmulator
let llm: LlmEmulator
let embedded: Awaited<ReturnType<typeof createPgliteFolder>>
/** What a person who follows the page has in the environment to ask GitHub. */
let token: Record<string, string>

/** A branch that adds a Python function with a name that nobody defined, on line 2: a finding of severity high. */
beforeAll(async () => {
  clone = openScratchClone()
  project = openScratchRepository()
  symlinkSync(project.folder, path.join(clone.home, 'your-project'))
  project.write('rate.py', 'RATE = 2\n')
  project.commit()
  project.git('switch', '--quiet', '--create', 'feature')
  project.write('price.py', 'def price(item):\n    return item.cost * RATE\n')
  project.commit()
  project.git('format-patch', '--quiet', '--output', 'change.patch', 'main')
  github = await openGitHubEmulator({ folder: path.join(clone.home, 'github'), validate: true })
  await github.addRepository('owner/repo', project.folder)
  embedded = await createPgliteFolder()
  llm = await openLlmEmulator({ answer: () => ({ kind: 'json', value: { prime: true, findings: [] } }) })
  token = { GITHUB_TOKEN: github.token, GITHUB_API_URL: github.url }
  await clone.run('npm link')
}, patienceMs)

afterAll(async () => {
  await clone.close()
  await Promise.all([github.close(), llm.close(), embedded.drop()])
  project.close()
})

/** The tests by the command of the page that they run, to the letter. */
const runs: Readonly<Record<string, (command: string) => Promise<void>>> = {
  async 'npm run demo'(command) {
    const demo = clone.start(command)
    const [, web] = await demo.printed(/The system is at (\S+) until you press Ctrl-C/)
    expect((await fetch(`${web}/`)).status).toBe(200)
    const excerpt = readme.blocks.find(({ language }) => language === 'text')?.text ?? 'no excerpt'
    expect(withoutPorts(demo.output())).toContain(withoutPorts(excerpt))
    await demo.interrupt()
    await expect(fetch(`${web}/`)).rejects.toThrow('fetch failed')
  },

  async 'npx lorgnette review --repo ../your-project'(command) {
    const { exitCode, stdout, stderr } = await clone.run(command)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^your-project: 1 high\n[^]*price\.py\n[^]*line 2 {2}high/)
    expect(stdout).toContain('read by the built-in analysers alone')
  },

  async 'npm link'(command) {
    expect((await clone.run(command)).exitCode).toBe(0)
    const { version } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as {
      version: string // our own file
    }
    for (const linked of ['lorgnette --version', 'npx lorgnette --version']) {
      expect(await clone.run(linked, { cwd: project.folder })).toMatchObject({ exitCode: 0, stdout: version })
    }
  },

  async 'lorgnette review --base main --format sarif'(command) {
    const { exitCode, stdout } = await clone.run(command, { cwd: project.folder })
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ results: [{ ruleId: 'ruff/F821' }] }] })
    expect(exitCode).toBe(0)
  },

  async 'lorgnette review --diff change.patch --fail-on high'(command) {
    const { exitCode, stdout } = await clone.run(command, { cwd: project.folder })
    expect(stdout).toMatch(/^change\.patch: 1 high\n/)
    expect(exitCode).toBe(1)
  },

  async 'lorgnette review --pr owner/repo#12'(command) {
    for (let number = 0; number < 12;) {
      number = await github.openPullRequest({ repository: 'owner/repo', head: 'feature' })
    }
    const printed = await clone.run(command, { cwd: clone.home, env: token })
    expect(printed.stdout).toMatch(/^owner\/repo#12: 1 high\n/)
    expect(printed.exitCode).toBe(0)
    expect(await github.reviews('owner/repo', 12)).toEqual([])
    const posted = await clone.run(`${command} --post`, { cwd: clone.home, env: token })
    expect(posted).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await github.comments('owner/repo', 12)).toMatchObject([{ path: 'price.py', line: 2 }])
    expect(await github.violations()).toEqual([])
  },

  async 'npx lorgnette doctor --env-file .env'(command) {
    writeSettings()
    const { exitCode, stdout } = await clone.run(command, { env: surroundings() })
    expect(stdout.match(/^[✓!✗–] [^:]+/gm)).toEqual([
      '✓ settings',
      // Nothing was started yet.
      '! store',
      '– queue',
      '✓ GitHub',
      '✓ webhook secret',
      '✓ model',
    ])
    expect(exitCode).toBe(0)
  },

  async 'npm start -- --env-file .env'(command) {
    const { GITHUB_WEBHOOK_SECRET: secret = '' } = writeSettings()
    const server = clone.start(command, { env: surroundings() })
    const [, url = ''] = await server.printed(/"url":"([^"]+)".*"msg":"started"/)
    for (const page of ['/', '/healthz', '/readyz', '/metrics']) {
      expect({ page, status: (await fetch(url + page)).status }).toEqual({ page, status: 200 })
    }
    await github.setWebhook({ url: `${url}/webhooks/github`, secret })
    const number = await github.openPullRequest({ repository: 'owner/repo', head: 'feature' })
    await server.printed(/"msg":"job settled"/)
    expect(await github.comments('owner/repo', number)).toMatchObject([{ path: 'price.py', line: 2 }])
    await github.setWebhook(undefined)
    await server.interrupt()
    expect(server.output()).toContain('"msg":"stopped"')
  },
}

test('every command of the page is run by a test, and every test runs a command of the page', () => {
  const covered = [...Object.keys(runs), ...Object.keys(runElsewhere)]
  expect(commandsOf(readme).toSorted()).toEqual(covered.toSorted())
})

test('every block of the page is of a kind that is looked at', () => {
  expect(new Set(readme.blocks.map(({ language }) => language))).toEqual(new Set(['sh', 'text', 'ini']))
})

test('what is left to others is done there', () => {
  const read = (file: string): string => readFileSync(path.join(packageRoot, file), 'utf8')
  expect(read('.ci/run')).toMatch(/^npm ci /m)
  expect(read('demo/main.test.ts')).toContain("runDemo('--once', '--json')")
  expect(JSON.parse(read('package.json'))).toMatchObject({ scripts: { demo: 'node dist/demo/main.js' } })
})

test.each(Object.entries(runs))(
  '%s',
  async (command, run) => {
    expect(commandsOf(readme)).toContain(command)
    await run(command)
  },
  patienceMs,
)

describe('the exit codes of a review', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    '0': ['lorgnette review', 'lorgnette review --fail-on critical'],
    '1': ['lorgnette review --fail-on high', 'lorgnette review --fail-on low'],
    '2': ['lorgnette review --repo /', 'lorgnette review --base nowhere', 'lorgnette review --fail-on'],
  }

  test('are all that the page names', () => {
    expect(readme.inlineCode.filter((code) => /^\d$/.test(code))).toEqual(Object.keys(cases))
  })

  test.each(Object.entries(cases))(
    '%s',
    async (code, commands) => {
      for (const command of commands) {
        const { exitCode, stderr } = await clone.run(command, { cwd: project.folder })
        expect({ command, exitCode }).toEqual({ command, exitCode: Number(code) })
        expect(stderr === '').toBe(code !== '2')
      }
    },
    patienceMs,
  )

  test('2 also for a part that was not read, where something would be let pass', async () => {
    const patch = 'diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n'
    project.write('half.patch', project.git('diff', 'main', 'feature').toString() + patch)
    const review = (gate: string) =>
      clone.run(`lorgnette review --diff half.patch ${gate}`, { cwd: project.folder })
    expect(await review('')).toMatchObject({ exitCode: 0 })
    expect(await review('--fail-on critical')).toMatchObject({ exitCode: 2 })
  })
})

test('every option that the page names is one of the command', async () => {
  const { stdout } = await clone.run('lorgnette review --help')
  const options = readme.inlineCode.filter((code) => code.startsWith('--'))
  expect(options.length).toBeGreaterThan(0)
  expect(options.filter((option) => !stdout.includes(`  ${option} `))).toEqual([])
})

describe('what the page says to be found without a model', () => {
  const mistakes: Readonly<Record<string, readonly [file: string, text: string]>> = {
    'undefined names': ['names.py', 'def price(item):\n    return item.cost * RATE\n'],
    'conditions that are always true': ['always.ts', 'export const isEmpty = (a: number[]) => !a == null\n'],
    'code that cannot be reached': ['after.js', 'export function f() {\n  return 1\n  f()\n}\n'],
    'mutable defaults': [
      'default.py',
      'def add(item, items=[]):\n    items.append(item)\n    return items\n',
    ],
    shell: ['shell.py', 'import os\n\n\ndef show(name):\n    os.system("ls " + name)\n'],
    SQL: ['sql.ts', 'export const find = (db, id) => db.query(`SELECT 1 FROM users WHERE id = ${id}`)\n'],
    credentials: ['settings.py', 'DATABASE = "postgres://shop:tr0ub4dor-and-3@db.shop.example/shop"\n'],
    'script injection in workflows': [
      '.github/workflows/greet.yml',
      'on: issues\njobs:\n  greet:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.issue.title }}\n',
    ],
  }

  test('is found', async () => {
    project.git('switch', '--quiet', '--create', 'mistakes', 'main')
    for (const [file, text] of Object.values(mistakes)) project.write(file, text)
    project.commit()
    const { stdout } = await clone.run('lorgnette review --format json', { cwd: project.folder })
    project.git('switch', '--quiet', 'feature')
    const { findings } = JSON.parse(stdout) as ReviewJson // what our own command prints
    const [, rules = ''] = /^## What it finds without a model\n\n([^]*?\.)/m.exec(readme.text) ?? []
    for (const [kind, [file]] of Object.entries(mistakes)) {
      expect(rules.replaceAll('\n', ' ')).toContain(kind)
      expect(findings.filter(({ path }) => path === file)).toMatchObject([{ verdict: { kind: 'posted' } }])
    }
  })
})

test('every link of the page leads somewhere', () => {
  expect(readme.links.filter((target) => !existsSync(path.join(packageRoot, target)))).toEqual([])
})

/** The settings of the page as a file, the App being the emulator's: its number, and its key in the file that is named. */
function writeSettings(): NodeJS.ProcessEnv {
  const block = readme.blocks.find(({ language }) => language === 'ini')?.text ?? ''
  const settings = parseEnv(block)
  writeFileSync(path.join(clone.folder, settings['GITHUB_PRIVATE_KEY'] ?? ''), github.app.privateKey)
  const number = `GITHUB_APP_ID=${settings['GITHUB_APP_ID']}`
  writeFileSync(path.join(clone.folder, '.env'), block.replace(number, `GITHUB_APP_ID=${github.app.id}`))
  return settings
}

/** Where the emulators are: what nobody sets who asks the real ones. */
function surroundings(): Record<string, string> {
  return { GITHUB_API_URL: github.url, LLM_BASE_URL: llm.baseUrl, PORT: '0', DATA_DIR: embedded.folder }
}

function withoutPorts(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1')
}
