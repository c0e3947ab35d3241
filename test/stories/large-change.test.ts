import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openLlmEmulator, type LlmEmulator } from '../../emulators/llm/llm-emulator.ts'
import { packageRoot } from '../../src/base/package-root.ts'
import { parseJson } from '../../src/base/json.ts'

const FILES = 300
const CHANGE_BYTES = 20_000_000
const MEMORY_BYTES = 1_000_000_000

/** Much longer than it takes: on a busy machine a linter alone takes a minute. */
const patienceMs = 300_000

let folder: string
let patch: string
let llm: LlmEmulator

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-large-'))
  patch = path.join(folder, 'large.patch')
  writeFileSync(patch, largePatch())
  llm = await openLlmEmulator({ answer: () => ({ kind: 'json', value: { findings: [] } }) })
})
afterAll(async () => {
  await llm.close()
  rmSync(folder, { recursive: true, force: true })
})

/**
 * Python and TypeScript in turn, in files of equal size, none of them too large to be read: half of them new, so that
 * linters read them, too, the others changed in many places.
 */
function largePatch(): string {
  return Array.from({ length: FILES }, (_, file) => {
    const name = `src/part_${file}.${file % 2 === 0 ? 'py' : 'ts'}`
    const write = file % 2 === 0 ? pythonFunction : typeScriptFunction
    const functions: string[][] = []
    for (let bytes = 0; bytes < CHANGE_BYTES / FILES;) {
      const lines = write(file, functions.length)
      functions.push(lines)
      bytes += lines.reduce((sum, line) => sum + line.length + 2, 0)
    }
    const isNew = file % 4 < 2
    const mode = isNew ? 'new file mode 100644\n--- /dev/null' : `--- a/${name}`
    return `diff --git a/${name} b/${name}\n${mode}\n+++ b/${name}\n${hunks(functions, isNew ? functions.length : 8)}`
  }).join('')
}

/** Hunks of so many functions each, with a hundred lines that stay between them. */
function hunks(functions: readonly (readonly string[])[], each: number): string {
  let text = ''
  let oldLine = 0
  let newLine = 1
  for (let from = 0; from < functions.length; from += each) {
    const lines = functions.slice(from, from + each).flat()
    text += `@@ -${oldLine},0 +${newLine},${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`
    oldLine += 100
    newLine += lines.length + 100
  }
  return text
}

function pythonFunction(file: number, item: number): string[] {
  return [
    `def total_${item}(prices, rate):`,
    `    amounts = [price * rate + ${file * item} for price in prices]`,
    '',
    `    return sum(amounts) + ${item}`,
    '',
    '',
  ]
}

function typeScriptFunction(file: number, item: number): string[] {
  return [
    `export function total${item}(prices: readonly number[], rate: number): number {`,
    `  const amounts = prices.map((price) => price * rate + ${file * item})`,
    '',
    `  return amounts.reduce((sum, amount) => sum + amount, ${item})`,
    '}',
    '',
  ]
}

/** Has a process say at its end how much memory it had at most: kilobytes, as the last line of its standard error. */
const tellsMemory = `data:text/javascript,process.on('exit',()=>console.error(process.resourceUsage().maxRSS))`

async function lorgnette(
  ...args: readonly string[]
): Promise<{ code: number | null; stdout: string; bytes: number }> {
  const program = path.join(packageRoot, 'dist/src/main.js')
  const child = spawn(process.execPath, ['--import', tellsMemory, program, ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      LLM_MODEL: 'openai-compatible/emulated',
      LLM_BASE_URL: llm.baseUrl,
      OPENAI_API_KEY: 'sk-test',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: child.exitCode, stdout, bytes: 1_024 * Number(stderr.trimEnd().split('\n').at(-1)) }
}

const reviewed = z.object({
  receipt: z.object({
    hunks: z.record(z.string(), z.number()),
    files: z.array(z.object({ hunks: z.record(z.string(), z.number()), reason: z.string().optional() })),
  }),
})

test(
  'a change of 300 files and 20 MB is reviewed as far as the budget of a run goes, in less than 1 GB of memory',
  async () => {
    const { code, stdout, bytes } = await lorgnette('review', '--diff', patch, '--format', 'json')
    expect(code).toBe(0)
    const { hunks: outcomes, files } = reviewed.parse(parseJson(stdout)).receipt
    expect(outcomes['read']).toBeGreaterThan(0)
    expect(outcomes).toMatchObject({ skipped: 0, failed: 0 })
    expect(files).toHaveLength(FILES)
    const unread = files.filter((file) => file.hunks['over-budget'] !== undefined)
    expect(new Set(unread.map(({ reason }) => reason))).toEqual(new Set(['over the budget of one run']))
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(MEMORY_BYTES)
  },
  patienceMs,
)

test(
  'so is its estimate',
  async () => {
    const { code, stdout, bytes } = await lorgnette('estimate', '--diff', patch)
    expect(code).toBe(0)
    expect(stdout).toContain('over the budget of one run')
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(MEMORY_BYTES)
  },
  patienceMs,
)
