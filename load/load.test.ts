import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { expect, inject, onTestFinished, test } from 'vitest'
import { packageRoot } from '../src/base/package-root.ts'
import type { LoadReport } from './load-report.ts'

// It starts servers of its own, as those of the tests may be shared; without these there are none on this machine.
const isMissing = inject('postgresUrl') === undefined || inject('redisUrl') === undefined

test.skipIf(isMissing)(
  'a small load over the wire: every review is there once, whatever was delivered twice or failed first',
  { timeout: 240_000 },
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lorgnette-load-test-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const script = path.join(packageRoot, 'dist/load/main.js')
    const size = ['--prs', '3', '--workers', '1', '--model-latency', '20', '--github-latency', '2']
    const trouble = ['--pushes', '1', '--redeliveries', '1', '--github-errors', '1', '--model-limits', '1']
    const { stdout } = await execa('node', [script, ...size, ...trouble, '--out', folder, '--json'])

    const { levels, passed } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as LoadReport // what it prints
    expect(passed).toBe(true)
    expect(levels).toHaveLength(1)
    expect(levels[0]).toMatchObject({ owed: 3, delivered: 3, faults: [], deadLetters: 0, errorRate: 0 })
    // Opened, made again, pushed to, and pushed to at the end.
    expect(levels[0]?.deliveries).toEqual({ sent: 12, redelivered: 3, refused: 0 })
    expect(levels[0]?.transientFaults).toEqual({ struck: 3, recovered: 3, rate: 1 })
    expect((await readdir(folder)).map((name) => path.extname(name)).sort()).toEqual(['.html', '.json'])
  },
)
