import { existsSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGitHubEmulator, type GitHubEmulator } from '../emulators/github/github-emulator.ts'
import { openActionlint } from '../src/analysis/analyser.actionlint.ts'
import { packageRoot } from '../src/base/package-root.ts'
import { formatJson } from '../src/cli/format-json.ts'
import type { Reviewed } from '../src/cli/reviewed.ts'
import { parseHunks } from '../src/diff/parse-patch.ts'
import type { Finding } from '../src/review/finding.ts'
import type { Receipt } from '../src/review/receipt.ts'
import { commandsOf, readMarkdownPage } from './markdown-page.ts'
import { openScratchClone, type ScratchClone } from './scratch-clone.ts'
import { openScratchRepository, type ScratchRepository } from './scratch-repository.ts'

/** Starting Node.js, npm and linters takes longer on a busy machine. */
const patienceMs = 120_000

const page = readMarkdownPage('docs/cli.md')

let clone: ScratchClone
let project: ScratchRepository
let github: GitHubEmulator

/** A branch whose one change is a finding of severity high. */
beforeAll(async () => {
  clone = openScratchClone()
  project = openScratchRepository()
  project.commit()
  project.git('update-ref', 'refs/remotes/origin/main', 'main')
  project.git('switch', '--quiet', '--create', 'feature')
  project.write('price.py', 'def price(item):\n    return item.cost * RATE\n')
  project.commit()
  github = await openGitHubEmulator({ folder: path.join(clone.home, 'github') })
  await github.addRepository('octo-org/shop', project.folder)
  await github.openPullRequest({ repository: 'octo-org/shop', head: 'feature' })
  await clone.run('npm link')
}, patienceMs)

afterAll(async () => {
  await clone.close()
  await github.close()
  project.close()
})

function block(language: string): string {
  const [found, ...others] = page.blocks.filter((one) => one.language === language)
  if (!found || others.length > 0) throw new Error(`the page has not one block of ${language}`)
  return found.text
}

describe('the page about the command line', () => {
  const examples: Readonly<Record<string, { readonly code: number; readonly prints: string }>> = {
    'lorgnette review --base main --fail-on high': { code: 1, prints: ': 1 high' },
    'git diff main...feature | lorgnette review --diff - --format json': { code: 0, prints: '"version":1' },
    'lorgnette review --pr octo-org/shop#1 --post': { code: 0, prints: 'Posted on octo-org/shop#1.' },
    'lorgnette review --record last-review': { code: 0, prints: ': 1 high' },
    'lorgnette replay last-review --format json': { code: 0, prints: '"version":1' },
    'lorgnette estimate --base main': {
      code: 0,
      prints: 'the built-in analysers review, and that costs nothing',
    },
    'lorgnette --help': { code: 0, prints: 'Commands:' },
    'lorgnette help review': { code: 0, prints: '--fail-on' },
    'lorgnette demo --help': { code: 0, prints: '--once' },
    'lorgnette doctor --json': { code: 1, prints: '{"ok":false,"checks":[{"name":"settings","state":"ok"' },
    // Without any settings.
    'node dist/src/main.js start': { code: 1, prints: '' },
    'npx lorgnette': { code: 2, prints: '' },
    'npm link': { code: 0, prints: '' },
  }

  test('has no other examples than those that are run', () => {
    expect(commandsOf(page).toSorted()).toEqual(Object.keys(examples).toSorted())
  })

  test.each(Object.entries(examples))(
    '%s',
    async (command, { code, prints }) => {
      const cwd = command.startsWith('n') ? clone.folder : project.folder
      const env = { GITHUB_API_URL: github.url, GITHUB_TOKEN: github.token }
      const { exitCode, stdout } = await clone.run(command, { cwd, ...(command.includes('--pr') && { env }) })
      expect(stdout).toContain(prints)
      expect(exitCode).toBe(code)
    },
    patienceMs,
  )

  test('names every command, and every option of review, doctor and dead-letters', async () => {
    const names = async (command: string, pattern: RegExp): Promise<string[]> =>
      [...(await clone.run(command)).stdout.matchAll(pattern)].map(([, name = '']) => name)
    const commands = await names('lorgnette --help', /^ {2}([a-z-]+) (?!\[command\])/gm)
    const options = [
      ...(await names('lorgnette help review', /^ {2}(--[a-z-]+)/gm)),
      ...(await names('lorgnette help estimate', /^ {2}(--[a-z-]+)/gm)),
      ...(await names('lorgnette help replay', /^ {2}(--[a-z-]+)/gm)),
      ...(await names('lorgnette help doctor', /^ {2}(--[a-z-]+)/gm)),
      ...(await names('lorgnette cache explain --help', /^ {2}(--[a-z-]+)/gm)),
      ...(await names('lorgnette cache purge --help', /^ {2}(--[a-z-]+)/gm)),
      ...(await names('lorgnette dead-letters list --help', /^ {2}(--[a-z-]+)/gm)),
      ...(await names('lorgnette dead-letters discard --help', /^ {2}(--[a-z-]+)/gm)),
    ]
    expect(commands).toContain('review')
    expect(options).toContain('--fail-on')
    const isNamed = (name: string): boolean =>
      page.inlineCode.some((code) => ` ${code} `.includes(` ${name} `))
    expect([...commands, ...options].filter((name) => !isNamed(name))).toEqual([])
  })

  test('shows the JSON of a review as it is', () => {
    // Written on one line again, so that the order of members counts and the layout of the page does not.
    expect(JSON.stringify(JSON.parse(block('json')))).toBe(formatJson(shownReview).trimEnd())
  })

  test('shows what the doctor says where nothing is set', async () => {
    const { exitCode, stdout } = await clone.run('lorgnette doctor')
    expect(stdout).toContain(block('text').trim())
    expect(exitCode).toBe(1)
  })

  test('has links that lead somewhere', () => {
    expect(page.links.filter((target) => !existsSync(path.join(packageRoot, target)))).toEqual([])
  })
})

describe('the workflow on the page', () => {
  test('has nothing that our own analyser of workflows would find', async () => {
    const content = block('yaml')
    const lines = content.trimEnd().split('\n')
    const hunks = parseHunks(`@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`)
    const workflow = '.github/workflows/lorgnette.yml'
    const diff = { path: workflow, oldPath: workflow, status: 'added', binary: false, hunks } as const
    expect(await openActionlint().analyse([{ diff, content }], new AbortController().signal)).toEqual({
      findings: [],
      unread: [],
    })
  })

  test('writes the file that it uploads', async () => {
    const command = /- run: (node .*)/.exec(block('yaml'))?.[1] ?? ''
    const uploaded = /sarif_file: (\S+)/.exec(block('yaml'))?.[1]
    symlinkSync(clone.folder, path.join(project.folder, '.lorgnette'))
    const env = { BASE: 'main' }
    expect(await clone.run(command, { cwd: project.folder, env })).toMatchObject({ exitCode: 0, stderr: '' })
    const { stdout } = await clone.run(`cat ${uploaded}`, { cwd: project.folder })
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ results: [{ ruleId: 'ruff/F821' }] }] })
  })
})

const said: Finding = {
  id: '5d0b6a0e-0f0e-4a55-9d0c-2f6f2d3a9c11',
  source: { kind: 'model', model: 'anthropic/claude-sonnet-5-5' },
  path: 'src/cart.ts',
  anchor: { side: 'RIGHT', startLine: 3, endLine: 3 },
  severity: 'high',
  category: 'bug',
  title: 'The last item is left out',
  explanation: 'A cart with one item → the total is 0.',
  evidence: 'index < items.length - 1',
  replacement: '  for (let index = 0; index < items.length; index++) {\n',
  confidence: 0.9,
  verdict: { kind: 'posted', place: 'inline' },
  fingerprint: '2be4160ffbc4869152cbb72927fd2c55',
}

const dropped: Finding = {
  id: 'a2f3c1d4-7b1e-4a0f-8c55-0e9d6b7a4f20',
  source: { kind: 'model', model: 'anthropic/claude-sonnet-5-5' },
  path: 'src/cart.ts',
  severity: 'low',
  category: 'performance',
  title: 'The sum is computed twice',
  explanation: 'Each call walks over all items again.',
  evidence: 'sum(items)',
  confidence: 0.6,
  verdict: { kind: 'dropped', reason: 'unresolved-tags', detail: 'no line of the file has the tag k3x9' },
  fingerprint: '538cfa04e10e65b4b97c8962de903e5e',
}

const receipt: Receipt = {
  outcome: 'reviewed',
  reader: { model: 'anthropic/claude-sonnet-5-5', analysers: ['oxlint', 'secrets'] },
  hunks: { read: 2, 'from-cache': 0, skipped: 1, 'over-budget': 0, failed: 0 },
  files: [
    { path: 'src/cart.ts', hunks: { read: 2 } },
    { path: 'package-lock.json', hunks: { skipped: 1 }, reason: 'lock file' },
  ],
  findings: { posted: 1, merged: 0, dropped: 1 },
}

/** The review that the page shows: a finding that is said, and one that is not, whose place is not known. */
const shownReview: Reviewed = {
  name: 'shop',
  findings: [said, dropped],
  receipt,
  files: [],
  posted: 'not',
}
