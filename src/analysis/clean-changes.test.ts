import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parsePatch } from '../diff/parse-patch.ts'
import { openActionlint } from './analyser.actionlint.ts'
import { openOxlint } from './analyser.oxlint.ts'
import { openRuff } from './analyser.ruff.ts'
import { openSecrets } from './analyser.secrets.ts'
import type { AnalysedFile } from './analyser.ts'

/** Rebuilt pull requests of public repositories; the `clean-` ones deserve silence. */
const folder = process.env['EVAL_CASES']
const cases = folder ? path.join(folder, 'cases') : undefined
const clean = cases ? readdirSync(cases).filter((name) => name.startsWith('clean-')) : []

function filesOf(name: string): AnalysedFile[] {
  const root = path.join(cases ?? '', name)
  return parsePatch(readFileSync(path.join(root, 'diff.patch'))).flatMap((diff) => {
    const file = path.join(root, 'files', diff.path)
    return diff.binary || !existsSync(file) ? [] : [{ diff, content: readFileSync(file, 'utf8') }]
  })
}

describe.skipIf(clean.length === 0)('real changes that are right (skipped without EVAL_CASES)', () => {
  const analysers = [openRuff(), openOxlint(), openSecrets(), openActionlint()]

  test.each(clean)('%s gives no finding', async (name) => {
    for (const analyser of analysers) {
      const { findings } = await analyser.analyse(filesOf(name), new AbortController().signal)
      expect(findings).toEqual([])
    }
  })
})
