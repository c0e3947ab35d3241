import { describe, expect, test } from 'vitest'
import type { ReadGuidelines } from './guideline.ts'
import { guidelineFiles, readGuidelines } from './read-guidelines.ts'

function read(files: Readonly<Record<string, string>>): Promise<ReadGuidelines> {
  return readGuidelines((path) =>
    Promise.resolve(files[path] === undefined ? undefined : { content: files[path] }),
  )
}

test('a project without guidelines has none', async () => {
  const none = { guidelines: [], ignoredGuidelines: [] }
  expect(await read({ 'README.md': 'Shop' })).toEqual(none)
  expect(await read(Object.fromEntries(guidelineFiles.map((path) => [path, '\n'])))).toEqual(none)
})

test('the instructions of the settings come first, then what is written for everybody', async () => {
  const settings = `instructions:
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
      'CONTRIBUTING.md': 'People.',
    }),
  ).toEqual({
    guidelines: [
      { source: '.lorgnette.yml', text: 'Amounts are in cents.', paths: ['src/**/*.ts'] },
      { source: '.lorgnette.yml', text: 'Two places.', paths: ['a', 'b'] },
      { source: '.lorgnette.yml', text: 'Everywhere.' },
      { source: 'AGENTS.md', text: 'Agents.' },
      { source: '.github/copilot-instructions.md', text: 'Copilot.' },
      { source: 'CONTRIBUTING.md', text: 'People.' },
    ],
    ignoredGuidelines: [],
  })
})

test('the same words in two files count once, and the other is named', async () => {
  expect(await read({ 'AGENTS.md': 'Same.', 'CLAUDE.md': 'Same.' })).toEqual({
    guidelines: [{ source: 'AGENTS.md', text: 'Same.' }],
    ignoredGuidelines: [{ source: 'CLAUDE.md', reason: 'it says the same as AGENTS.md' }],
  })
})

test('a file that is a book is named, and the others are read', async () => {
  expect(await read({ 'AGENTS.md': 'x'.repeat(100_001), 'CLAUDE.md': 'Short.' })).toEqual({
    guidelines: [{ source: 'CLAUDE.md', text: 'Short.' }],
    ignoredGuidelines: [{ source: 'AGENTS.md', reason: 'it has more than 100,000 characters' }],
  })
})

describe('settings with mistakes', () => {
  const reasons = async (settings: string): Promise<readonly string[]> =>
    (await read({ '.lorgnette.yml': settings })).ignoredGuidelines.map(({ reason }) => reason)

  test('a wrong instruction is named, and takes no other along', async () => {
    const settings =
      'instructions:\n  - 7\n  - text: " "\n  - paths: 3\n    text: No.\n  - paths: a\n  - text: Yes.\n'
    expect(await read({ '.lorgnette.yml': settings })).toEqual({
      guidelines: [{ source: '.lorgnette.yml', text: 'Yes.' }],
      ignoredGuidelines: [
        'instruction 1: it has to be `text`, and `paths` if it is for some files alone',
        'instruction 2: `text` is empty',
        'instruction 3: `paths` has to be a pattern, or a list of patterns',
        'instruction 4: `text` has to be there, and a text',
      ].map((reason) => ({ source: '.lorgnette.yml', reason })),
    })
  })

  test('an instruction too long to be shown with any unit is named, not left out without a word', async () => {
    const settings = (length: number): string => `instructions:\n  - text: ${'x'.repeat(length)}\n`
    expect(await reasons(settings(1_400))).toEqual([])
    expect(await reasons(settings(1_401))).toEqual(['instruction 1: `text` is longer than 1400 bytes'])
  })

  test('a name that nobody knows is named: it may be a misspelt one', async () => {
    const settings = 'instruction: []\ninstructions:\n  - path: src/**\n    text: Yes.\n'
    expect(await reasons(settings)).toEqual([
      '`instruction` is not known here, only `instructions`',
      'instruction 1: `path` is not known here, only `paths` and `text`',
    ])
  })

  test.each([
    ['no YAML', '# ours\ninstructions: [\n', /^it is no YAML \(line \d\)$/],
    ['a list', '- a\n- b\n', /^it has to be settings by name/],
    ['a map of instructions', 'instructions:\n  text: No.\n', /^`instructions` has to be a list$/],
    ['a bomb', `a: &a [x, x]\nb: &b [*a, *a]\ninstructions: [*b, *b]\n`, /aliases/],
    ['far too long', `instructions:\n  - text: ${'x'.repeat(200_000)}\n`, /^it has more than 100,000/],
  ])('%s has no instructions, and says why', async (_what, settings, reason) => {
    expect((await read({ '.lorgnette.yml': settings })).guidelines).toEqual([])
    expect(await reasons(settings)).toEqual([expect.stringMatching(reason)])
  })

  test('reasons do not quote the file: it may hold what nobody should see', async () => {
    expect(String(await reasons('instructions: *secret\n'))).not.toContain('secret')
    expect(String(await reasons('a: "secret\n'))).not.toContain('secret')
  })
})
