import { expect, test } from 'vitest'
import type { Guideline } from './guideline.ts'
import { readGuidelines } from './read-guidelines.ts'

function read(files: Readonly<Record<string, string>>): Promise<readonly Guideline[]> {
  return readGuidelines((path) => Promise.resolve(files[path]))
}

test('a project without guidelines has none', async () => {
  expect(await read({ 'README.md': 'Shop' })).toEqual([])
})

test('the instructions of the settings come first, then what is written for everybody', async () => {
  const settings = `effort: deep
instructions:
  - paths: "src/**/*.ts"
    text: Amounts are in cents.
  - paths: [a, b]
    text: Two places.
  - text: Everywhere.
`
  expect(
    await read({
      '.lorgnette.yml': settings,
      'AGENTS.md': 'Agents.',
      '.github/copilot-instructions.md': 'Copilot.',
    }),
  ).toEqual([
    { source: '.lorgnette.yml', text: 'Amounts are in cents.', paths: ['src/**/*.ts'] },
    { source: '.lorgnette.yml', text: 'Two places.', paths: ['a', 'b'] },
    { source: '.lorgnette.yml', text: 'Everywhere.' },
    { source: 'AGENTS.md', text: 'Agents.' },
    { source: '.github/copilot-instructions.md', text: 'Copilot.' },
  ])
})

test('the same words in two files count once', async () => {
  expect(await read({ 'AGENTS.md': 'Same.', 'CLAUDE.md': 'Same.' })).toHaveLength(1)
})

test('an instruction that is wrong does not take the others along', async () => {
  const settings = 'instructions:\n  - 7\n  - text: ""\n  - paths: 3\n    text: No.\n  - text: Yes.\n'
  expect(await read({ '.lorgnette.yml': settings })).toEqual([{ source: '.lorgnette.yml', text: 'Yes.' }])
})

test.each([
  ['no YAML', 'instructions: [\n'],
  ['something else', '- a\n- b\n'],
  ['a bomb', `a: &a [x, x]\nb: &b [*a, *a]\ninstructions: [*b, *b]\n`],
  ['far too long', `instructions:\n  - text: ${'x'.repeat(200_000)}\n`],
])('settings that are %s have no instructions', async (_what, settings) => {
  expect(await read({ '.lorgnette.yml': settings })).toEqual([])
})
