import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { packageRoot } from '../src/base/package-root.ts'

const program = path.join(packageRoot, 'dist/demo/main.js')
/** Starting everything takes a few seconds; much more on a busy machine. */
const patienceMs = 180_000

const place = z.object({ path: z.string(), line: z.number() })
const expected = z.array(z.object({ branch: z.string(), mistakes: z.array(place) }))
const report = z.object({
  web: z.url(),
  pull_requests: z.array(
    z.object({
      number: z.number(),
      title: z.string(),
      url: z.url(),
      state: z.string(),
      check_run: z.object({ conclusion: z.string(), title: z.string() }),
      comments: z.array(place.extend({ start_line: z.number().nullable(), body: z.string().min(1) })),
      receipt: z.object({
        outcome: z.string(),
        hunks: z.object({ read: z.number(), over_budget: z.number(), failed: z.number() }),
      }),
      timings: z.object({ delivered_ms: z.number(), reviewed_ms: z.number() }),
    }),
  ),
  timings: z.object({ ready_ms: z.number(), total_ms: z.number() }),
})

let temporary: string

beforeAll(async () => {
  temporary = await mkdtemp(path.join(tmpdir(), 'demo-test-'))
})

afterAll(async () => {
  await rm(temporary, { recursive: true })
})

/** A folder for temporary files of its own, so that what a run leaves behind is seen. */
async function runDemo(...args: readonly string[]): Promise<{ output: string; left: string[] }> {
  const folder = await mkdtemp(path.join(temporary, 'run-'))
  // Throws, with all that was printed, when the exit code is not 0. The settings of the user do not count.
  const { stdout } = await execa(process.execPath, [program, ...args], {
    env: { TMPDIR: folder, DATABASE_URL: 'postgres://nowhere.invalid/none', OPENAI_API_KEY: 'sk-unused' },
  })
  return { output: stdout, left: await readdir(folder) }
}

test(
  'every review of the demo is right: each mistake on its line, and nothing else',
  async () => {
    const { output, left } = await runDemo('--once', '--json')
    const lastLine = output.split('\n').at(-1) ?? ''
    const { pull_requests: pullRequests } = report.parse(JSON.parse(lastLine))
    const mistakes = expected.parse(
      JSON.parse(await readFile(path.join(packageRoot, 'demo/history/expected.json'), 'utf8')),
    )
    const byPlace = (a: { path: string; line: number }, b: { path: string; line: number }): number =>
      a.path.localeCompare(b.path) || a.line - b.line
    expect(
      pullRequests.map(({ comments }) => comments.map(({ path, line }) => ({ path, line })).sort(byPlace)),
    ).toEqual(mistakes.map((pullRequest) => pullRequest.mistakes.toSorted(byPlace)))
    for (const { state, receipt } of pullRequests) {
      expect(state).toBe('completed')
      expect(receipt).toMatchObject({ outcome: 'reviewed', hunks: { over_budget: 0, failed: 0 } })
      expect(receipt.hunks.read).toBeGreaterThan(0)
    }
    expect(left).toEqual([])
  },
  patienceMs,
)

test(
  'it stays for its pages until it is interrupted, and takes everything with it',
  async () => {
    const folder = path.join(temporary, 'interrupted')
    await mkdir(folder)
    const env = { ...process.env, TMPDIR: folder }
    const demo = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const exit = once(demo, 'exit')
    let web: string | undefined
    for await (const line of createInterface({ input: demo.stderr })) {
      web = /The system is at (\S+) until/.exec(line)?.[1]
      if (web !== undefined) break
    }
    expect((await fetch(`${web}/`)).status).toBe(200)
    demo.kill('SIGINT')
    expect(await exit).toEqual([0, null])
    await expect(fetch(`${web}/`)).rejects.toThrow('fetch failed')
    expect(await readdir(folder)).toEqual([])
  },
  patienceMs,
)

test(
  'a step that fails is named',
  async () => {
    const folder = path.join(temporary, 'nowhere')
    expect(existsSync(folder)).toBe(false)
    const result = await execa(process.execPath, [program, '--once'], {
      env: { TMPDIR: folder },
      reject: false,
    })
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain('the demo failed at the step "Making a folder for the data"')
    const misspelt = await execa(process.execPath, [program, '--onec'], { reject: false })
    expect(misspelt.exitCode).toBe(1)
    expect(misspelt.stderr).toContain("Unknown option '--onec'")
  },
  patienceMs,
)
