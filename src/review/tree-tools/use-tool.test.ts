import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openScratchRepository, type ScratchRepository } from '../../../test/scratch-repository.ts'
import { scanSecrets } from '../../analysis/secret-scanner.ts'
import { openCommitTree } from '../../git/commit-tree.ts'
import { commitId } from '../../github/github.ts'
import { MAX_PLACES, type HeadTree } from '../head-tree.ts'
import { redactedTree } from '../redact-head-tree.ts'
import { readToolCall } from './tool-call.ts'
import { MOST_RESULT_BYTES, useTool } from './use-tool.ts'

const { signal } = new AbortController()
/** Put together here, so that nobody takes it for a credential of somebody. */
const token = ['ghp', 'x7Rk2mQ9vLp4sTn8wYb3cZd6fHj1gKa5eUoX'].join('_')

let repository: ScratchRepository
let tree: HeadTree

beforeAll(() => {
  repository = openScratchRepository()
  const { write, folder } = repository
  write('src/cart.ts', 'export function total(cart) {\r\n  return cart.total\r\n}\r\n')
  write('src/shop.ts', "import { total } from './cart'\ntotal(cart)\nsubtotal(cart)\n")
  write('test/cart.test.ts', 'total(cart)\n')
  write('README.md', 'total(cart) adds up.\n')
  write('node_modules/x/index.js', 'total(cart)\n')
  write('client.py', `TOKEN = "${token}"\nname = "shop"\n`)
  write('binary.dat', Buffer.from([1, 0, 2, ...Buffer.from(' total ')]))
  write('long.txt', `${Array.from({ length: 1_000 }, (_, line) => `line ${line + 1}`).join('\n')}\n`)
  write('wide.txt', `${'x'.repeat(100_000)}\n`)
  write('common.txt', 'common word\n'.repeat(MAX_PLACES + 1))
  write('many.txt', 'frequent word\n'.repeat(100))
  for (let file = 0; file < 300; file++) write(`many/${String(file).padStart(3, '0')}.txt`, `${file}\n`)
  write('odd\nname/a.txt', 'odd\n')
  symlinkSync('/etc/passwd', path.join(folder, 'passwd'))
  symlinkSync('src/cart.ts', path.join(folder, 'link.ts'))
  const commit = commitId.parse(repository.commit())
  tree = redactedTree(openCommitTree(`${folder}/.git`, commit), scanSecrets, (text) => text)
})
afterAll(async () => {
  await tree.close()
  repository.close()
})

/** What is answered to a call in the form in which models make them. */
async function use(call: object): Promise<string> {
  const read = readToolCall({ path: null, from: null, to: null, text: null, glob: null, why: '', ...call })
  return read.kind === 'wrong' ? `wrong: ${read.problem}` : await useTool(read.call, tree, signal)
}
const readRange = (file: string, from?: unknown, to?: unknown): Promise<string> =>
  use({ tool: 'read_range', path: file, from, to })
const search = (text: string, glob?: string): Promise<string> => use({ tool: 'search', text, glob })
const list = (folder: string): Promise<string> => use({ tool: 'list', path: folder })

describe('read_range', () => {
  test('shows the lines with their numbers, and says how long the file is', async () => {
    expect(await readRange('src/cart.ts', 2, 3)).toBe('2:   return cart.total\n3: }\n(the file has 3 lines)')
    expect(await readRange('./src/cart.ts')).toContain('1: export function total(cart) {\n2: ')
    expect(await readRange('src/cart.ts', '3', '90')).toBe('3: }\n(the file has 3 lines)')
    expect(await readRange('src/cart.ts', 4, 9)).toBe('The file ends with line 3.')
  })

  test('is cut at its bounds, and says from where to go on', async () => {
    const lines = (await readRange('long.txt', 1, 1_000)).split('\n')
    expect(lines.slice(-3)).toEqual([
      '200: line 200',
      '(cut: ask again from line 201)',
      '(the file has 1000 lines)',
    ])
    expect((await readRange('wide.txt')).length).toBeLessThan(400)
  })

  test.each(['../../etc/passwd', '/etc/passwd', 'src/../../x', 'src//cart.ts', '..', '', '/', 'a\0b'])(
    'refuses %j, which leads out of the repository or nowhere',
    async (file) => {
      expect(await readRange(file)).toMatch(/^wrong: path: it must be relative/)
    },
  )

  test.each(['passwd', 'link.ts', 'binary.dat', 'src', 'no.ts', '.git/config'])(
    'has no text of %s',
    async (file) => {
      expect(await readRange(file)).toBe('There is no text file at this path.')
    },
  )

  test.each([
    [5, 2, 'to must not be before from'],
    [1, 0, undefined],
    ['first', 'last', undefined],
  ])('from %s to %s', async (from, to, problem) => {
    const answer = await readRange('src/cart.ts', from, to)
    expect(answer).toBe(problem ? `wrong: ${problem}` : await readRange('src/cart.ts'))
  })
})

describe('search', () => {
  test('finds whole words that stand together, code first, and nothing that nobody wrote', async () => {
    expect(await search('total(cart)')).toBe(
      [
        '"src/cart.ts" 1: export function total(cart) {',
        '"src/shop.ts" 2: total(cart)',
        '"test/cart.test.ts" 1: total(cart)',
        '"README.md" 1: total(cart) adds up.',
      ].join('\n'),
    )
    expect(await search('total(cart)', 'src/**')).not.toContain('README')
    expect(await search('Total')).toBe('No line has it.')
  })

  test('is cut at its bounds, and tells what is too common', async () => {
    const lines = (await search('frequent word')).split('\n')
    expect(lines).toHaveLength(41)
    expect(lines.at(-1)).toMatch(/^\(cut: /)
    expect(await search('common')).toMatch(/^Too common: on more than 500 lines/)
  })

  test.each(['', '  ', '(){', 'a\nb', 'x'.repeat(201)])('refuses %j', async (text) => {
    expect(await search(text)).toMatch(/^wrong: text must be words of one line/)
  })

  test('a pattern of stars costs no time, and a long one is refused', async () => {
    expect(await search('total', '*'.repeat(200))).toContain('"src/shop.ts"')
    expect(await search('total', '*'.repeat(201))).toMatch(/^wrong: glob/)
  })
})

describe('list', () => {
  test('shows files and folders, and no links', async () => {
    expect(await list('src')).toBe('"cart.ts"\n"shop.ts"')
    const root = (await list('')).split('\n')
    expect(root).toContain('"src/"')
    expect(root).toContain(String.raw`"odd\nname/"`)
    expect(root).not.toContain('"passwd"')
    expect(await list('.')).toBe(await list(''))
  })

  test('is cut at its bounds', async () => {
    const lines = (await list('many/')).split('\n')
    expect(lines).toHaveLength(201)
    expect(lines.at(-1)).toBe('(cut: 100 more)')
  })

  test('of what is no folder is told so', async () => {
    expect(await list('src/cart.ts')).toBe('There is no such folder with files.')
    expect(await list('../')).toMatch(/^wrong: path/)
  })
})

describe('a credential of a file', () => {
  test('is shown by no tool', async () => {
    for (const result of [await readRange('client.py'), await search('TOKEN'), await search('ghp')]) {
      expect(result).not.toContain(token.slice(0, 12))
    }
    expect(await readRange('client.py', 1, 1)).toContain('TOKEN = "‹secret:github-token›"')
  })

  test('cannot be guessed: what is found of it is told as if it were not there', async () => {
    expect(await search(token)).toBe(await search(token.replace('x7Rk', 'x7Rj')))
  })
})

test('a result is never longer than its bound and a note, and the same each time', async () => {
  const calls = [() => readRange('long.txt'), () => search('word'), () => list('many'), () => list('')]
  for (const call of calls) {
    const result = await call()
    expect(Buffer.byteLength(result)).toBeLessThan(MOST_RESULT_BYTES + 200)
    expect(await call()).toBe(result)
  }
})

test.each([undefined, null, 'read a.ts', 7, [], {}, { tool: 'grep' }, { tool: 'READ' }, { tool: null }])(
  'what asks for no tool says what to mend: %j',
  (entry) => {
    expect(readToolCall(entry)).toMatchObject({
      kind: 'wrong',
      problem: 'tool must be read_range, search or list',
    })
  },
)
