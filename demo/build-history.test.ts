import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PositionEncoding, Workspace, type Diagnostic } from '@astral-sh/ruff-wasm-nodejs'
import { lintSource } from '@secretlint/core'
import { creator as secretRules } from '@secretlint/secretlint-rule-preset-recommend'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { git, gitText } from '../emulators/github/git.ts'
import { packageRoot } from '../src/base/package-root.ts'
import { buildHistory, demoPullRequests } from './build-history.ts'

const expected = z.array(
  z.object({
    branch: z.string(),
    mistakes: z.array(z.object({ path: z.string(), line: z.number(), what: z.string() })),
  }),
)

let folder: string
let history: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'demo-history-'))
  history = path.join(folder, 'history.git')
  await buildHistory(history)
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function expectedMistakes(): Promise<z.infer<typeof expected>> {
  return expected.parse(
    JSON.parse(await readFile(path.join(packageRoot, 'demo/history/expected.json'), 'utf8')),
  )
}

test('the history has the same commits whoever builds it', async () => {
  const home = path.join(folder, 'home')
  await git('.', 'init', '--quiet', home)
  const settings = '[user]\n name = Someone\n email = someone@example.com\n[core]\n autocrlf = true\n'
  await writeFile(path.join(home, '.gitconfig'), settings)
  const other = path.join(folder, 'other.git')
  const code = `import { buildHistory } from ${JSON.stringify(path.join(packageRoot, 'dist/demo/build-history.js'))}
    await buildHistory(${JSON.stringify(other)})`
  const surroundings = {
    HOME: home,
    TZ: 'Pacific/Auckland',
    GIT_AUTHOR_NAME: 'Someone',
    GIT_COMMITTER_NAME: 'Someone',
  }
  await execa(process.execPath, ['--input-type=module', '--eval', code], { env: surroundings })
  const refs = (repository: string): Promise<string> => gitText(repository, 'for-each-ref')
  expect(await refs(other)).toBe(await refs(history))
})

test('every pull request has its branch and says what is expected of it', async () => {
  const branches = (await demoPullRequests()).map(({ branch }) => branch)
  expect((await expectedMistakes()).map(({ branch }) => branch)).toEqual(branches)
  for (const branch of branches)
    expect(await gitText(history, 'log', '--oneline', `main..${branch}`)).not.toBe('')
})

test('the expected mistakes are what the linters say about the changed files, line by line', async () => {
  for (const { branch, mistakes } of await expectedMistakes()) {
    const changed = (await gitText(history, 'diff', '--name-only', `main...${branch}`)).split('\n')
    const found: string[] = []
    for (const file of changed) {
      const text = await gitText(history, 'show', `${branch}:${file}`)
      const lines = new Set([...(await lintText(file, text)), ...(await findSecrets(text))])
      found.push(...[...lines].map((line) => `${file}:${line}`))
    }
    const lines = mistakes.map(({ path, line }) => `${path}:${line}`).sort()
    expect({ branch, lines: found.sort() }).toEqual({ branch, lines })
  }
})

test('the expected mistakes stand on lines that the pull requests add', async () => {
  for (const { branch, mistakes } of await expectedMistakes())
    for (const { path, line } of mistakes) {
      // `git blame` names the commit of each line: one of the branch, none of `main`.
      const blamed = await gitText(history, 'blame', '--porcelain', `-L${line},${line}`, branch, '--', path)
      const own = await gitText(history, 'rev-list', `main..${branch}`)
      expect(own.split('\n')).toContain(blamed.split(' ')[0])
    }
})

async function lintText(file: string, text: string): Promise<number[]> {
  if (file.endsWith('.py')) return lintPython(text)
  return /\.[jt]s$/.test(file) ? lintScript(file, text) : []
}

function lintPython(text: string): number[] {
  const ruff = new Workspace({ lint: { select: ['F', 'B', 'S', 'E9'] } }, PositionEncoding.Utf16)
  const problems = ruff.check(text) as Diagnostic[] // what ruff documents; its declaration says `any`
  return problems.map(({ start_location: at }) => at.row)
}

async function lintScript(file: string, text: string): Promise<number[]> {
  const copy = path.join(folder, `copy${path.extname(file)}`)
  await writeFile(copy, text)
  const oxlint = path.join(packageRoot, 'node_modules/.bin/oxlint')
  const flags = ['-D', 'correctness', '--disable-nested-config', '--format', 'unix']
  const { stdout } = await execa(oxlint, [...flags, copy], { reject: false, cwd: folder })
  return [...stdout.matchAll(/^[^\s:]*copy\.[jt]s:(\d+):/gm)].map((match) => Number(match[1]))
}

async function findSecrets(text: string): Promise<number[]> {
  const { messages } = await lintSource({
    source: { content: text, filePath: '/file.txt', contentType: 'text', ext: '.txt' },
    options: {
      noPhysicFilePath: true,
      config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: secretRules }] },
    },
  })
  return messages.map(({ range }) => text.slice(0, range[0]).split('\n').length)
}
