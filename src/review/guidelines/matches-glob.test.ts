import { expect, test } from 'vitest'
import { matchesGlob } from './matches-glob.ts'

test.each([
  ['src/a.ts', 'src/a.ts'],
  ['src/a.ts', 'src/*.ts'],
  ['src/a.ts', '*.ts'],
  ['a.ts', '*.ts'],
  ['src/deep/er/a.ts', 'src/**/*.ts'],
  ['src/a.ts', 'src/**/*.ts'],
  ['src/deep/a.ts', 'src/'],
  ['src/deep/a.ts', 'src/**'],
  ['src/a.ts', './src/?.ts'],
  ['src/a.ts', '/src/a.ts'],
  ['a/b/c', '**'],
  ['a', '**'],
  ['src/[id].ts', 'src/[id].ts'],
])('%s is matched by %s', (path, pattern) => {
  expect(matchesGlob(path, pattern)).toBe(true)
})

test.each([
  ['src/a.tsx', '*.ts'],
  ['src/deep/a.ts', 'src/*.ts'],
  ['other/src/a.ts', 'src/a.ts'],
  ['src/ab.ts', 'src/?.ts'],
  ['src', 'src/*'],
  ['a.ts', ''],
])('%s is not matched by %s', (path, pattern) => {
  expect(matchesGlob(path, pattern)).toBe(false)
})

test('a hostile pattern takes no longer than its length', () => {
  expect(matchesGlob(`${'a'.repeat(1_000)}!`, `${'*a'.repeat(200)}b`)).toBe(false)
  expect(matchesGlob('a/'.repeat(300), `${'**/'.repeat(300)}x`)).toBe(false)
})
