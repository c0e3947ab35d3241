import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { withEnvFile } from './env-file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'lorgnette-env-'))
const file = path.join(folder, '.env')
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('the environment wins over the file', () => {
  writeFileSync(file, '# settings\nPORT=4000\nHOST="0.0.0.0"\n')
  expect(withEnvFile({ PORT: '5000', OTHER: 'x' }, file)).toEqual({
    PORT: '5000',
    HOST: '0.0.0.0',
    OTHER: 'x',
  })
})

test('without a file it is the environment alone', () => {
  expect(withEnvFile({ PORT: '5000' }, undefined)).toEqual({ PORT: '5000' })
})

test('a file that was named and is not there is an error', () => {
  expect(() => withEnvFile({}, path.join(folder, 'missing'))).toThrow('of --env-file could not be read')
})
