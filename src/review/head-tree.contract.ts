import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openScratchRepository, type ScratchRepository } from '../../test/scratch-repository.ts'
import { isAbort } from '../base/errors.ts'
import { commitId, type CommitId } from '../github/github.ts'
import {
  MAX_PLACES,
  MAX_SEARCH_WORDS,
  MAX_TREE_FILE_BYTES,
  type HeadTree,
  type HeadTrees,
} from './head-tree.ts'

export interface HeadTreesUnderTest {
  /** The tree of a commit of the repository. */
  readonly open: (commit: CommitId) => ReturnType<HeadTrees['open']>
  readonly close: () => Promise<void>
}

const never = new AbortController().signal

/** What every adapter promises of the tree of a commit, wherever the repository is. */
export function headTreeContract(
  openAdapter: (repository: ScratchRepository) => Promise<HeadTreesUnderTest>,
): void {
  let repository: ScratchRepository
  let adapter: HeadTreesUnderTest
  let tree: HeadTree

  beforeAll(async () => {
    repository = openScratchRepository()
    const { write, folder, git, commit } = repository
    write('src/shop.ts', 'export function total(cart) {\n  return cart.total + total2 + subtotal\n}\n')
    write('src/cart.ts', "import { total } from './shop'\ntotal(total)\nconst $cart = price_of(Total)\n")
    write('crlf.txt', 'one\r\ntotal\r\n')
    write('empty.txt', '')
    write('mark.txt', '\uFEFFmärk\n')
    write('binary.dat', Buffer.from([1, 0, 2, ...Buffer.from(' total ')]))
    write('latin1.txt', Buffer.from('na\xefve total\n', 'latin1'))
    write('largest.txt', 'x'.repeat(MAX_TREE_FILE_BYTES))
    write('large.txt', 'y'.repeat(MAX_TREE_FILE_BYTES + 1))
    write('two\nlines "quoted"\t*.ts', 'odd total\n')
    write('[odd].ts', 'brackets\n')
    write('ünïcode/日本.py', 'def wörd(): pass\n')
    write(Buffer.from('broken-\xff', 'latin1'), 'total\n')
    write('common.txt', 'common here\n'.repeat(MAX_PLACES + 1))
    write('frequent.txt', 'frequent frequent\n'.repeat(MAX_PLACES))
    write('.gitattributes', '*.ts -diff -text binary filter=evil\n')
    symlinkSync('src/shop.ts', path.join(folder, 'link.ts'))
    const first = commit()
    git('update-index', '--add', '--cacheinfo', `160000,${first},module`)
    git('commit', '--quiet', '--message', 'a submodule')
    const head = commitId.parse(git('rev-parse', 'HEAD').toString().trim())
    // What comes after the head is not part of it, committed or not.
    write('later.ts', 'total\n')
    commit()
    write('src/shop.ts', 'not committed\n')
    adapter = await openAdapter(repository)
    const opened = await adapter.open(head)
    if (opened.kind === 'unavailable') throw new Error(opened.reason)
    ;({ tree } = opened)
  })
  afterAll(async () => {
    await tree.close()
    await adapter.close()
    repository.close()
  })

  const file = (name: string): Promise<string | undefined> => tree.file(name, never)
  const search = async (...words: readonly string[]): Promise<readonly string[]> =>
    (await tree.search(words, never)).places.map(({ path: at, line, word }) => `${at}:${line} ${word}`)

  test('a file is its text at that commit, to the byte', async () => {
    expect(await file('src/shop.ts')).toBe(
      'export function total(cart) {\n  return cart.total + total2 + subtotal\n}\n',
    )
    expect(await file('crlf.txt')).toBe('one\r\ntotal\r\n')
    expect(await file('empty.txt')).toBe('')
    expect(await file('mark.txt')).toBe('\uFEFFmärk\n')
    expect(await file('two\nlines "quoted"\t*.ts')).toBe('odd total\n')
    expect(await file('[odd].ts')).toBe('brackets\n')
    expect(await file('ünïcode/日本.py')).toBe('def wörd(): pass\n')
    expect(await file('largest.txt')).toHaveLength(MAX_TREE_FILE_BYTES)
  })

  test.each([
    ['nothing.ts', 'nothing stands'],
    ['later.ts', 'a later commit put something'],
    ['src', 'there is a folder'],
    ['src/', 'there is a folder, said with a slash'],
    ['src/shop.ts/x', 'a file is no folder'],
    ['', 'the name is empty'],
    ['/src/shop.ts', 'the path is no repository path'],
    ['./src/shop.ts', 'the path goes round'],
    ['src/../src/shop.ts', 'the path goes back'],
    ['../../../../etc/passwd', 'the path leads out'],
    ['*.txt', 'a pattern stands'],
    [':(glob)**', 'git would see a pattern'],
    ['--help', 'git would see an option'],
    ['a\0b', 'there is no name'],
    ['link.ts', 'there is a symbolic link'],
    ['module', 'there is a submodule'],
    ['binary.dat', 'the file is binary'],
    ['latin1.txt', 'the file is not UTF-8'],
    ['large.txt', 'the file is too large'],
    ['broken-\uFFFD', 'a name is not UTF-8'],
  ])('%j has no text: %s', async (name) => {
    expect(await file(name)).toBeUndefined()
  })

  test('paths are those of regular files, by code units', async () => {
    const paths = await tree.paths(never)
    expect(paths).toEqual([...paths].sort())
    expect(paths).toContain('src/cart.ts')
    expect(paths).toContain('two\nlines "quoted"\t*.ts')
    expect(paths).toContain('ünïcode/日本.py')
    expect(paths).toContain('binary.dat')
    expect(paths.filter((name) => /link|module|later|broken/.test(name) || name === 'src')).toEqual([])
  })

  test('a whole word is found in every line of every text, by path and line', async () => {
    expect(await search('total')).toEqual([
      'crlf.txt:2 total',
      'latin1.txt:1 total',
      'src/cart.ts:1 total',
      'src/cart.ts:2 total',
      'src/shop.ts:1 total',
      'src/shop.ts:2 total',
      'two\nlines "quoted"\t*.ts:1 total',
    ])
  })

  test('several words are found at once, each as it is alone, and a longer one is not a shorter one', async () => {
    expect(await search('subtotal', 'total2', 'Total', 'price_of', 'price', 'nowhere')).toEqual([
      'src/cart.ts:3 Total',
      'src/cart.ts:3 price_of',
      'src/shop.ts:2 subtotal',
      'src/shop.ts:2 total2',
    ])
  })

  test('a word is a word and no pattern', async () => {
    expect(await search('$cart', 't.tal', '.*', '[a-z]+', '(total', '\\w', 'wörd')).toEqual([
      'src/cart.ts:3 $cart',
      'ünïcode/日本.py:1 wörd',
    ])
    expect(await search('', 'total\nreturn', 'x\0y', 'x'.repeat(10_000), '--help', '-e')).toEqual([])
    expect(await search()).toEqual([])
  })

  test('words in too many places are named instead, and change nothing for others', async () => {
    const { places, tooCommon } = await tree.search(['common', 'frequent', 'subtotal'], never)
    expect(tooCommon).toEqual(['common'])
    expect(places.filter(({ word }) => word === 'frequent')).toHaveLength(MAX_PLACES)
    expect(places.at(-1)).toEqual({ path: 'src/shop.ts', line: 2, word: 'subtotal' })
  })

  test('only so many words are looked for', async () => {
    const filler = Array.from({ length: MAX_SEARCH_WORDS - 1 }, (_, index) => `filler${index}`)
    expect(await search(...filler, 'subtotal')).toEqual(['src/shop.ts:2 subtotal'])
    expect(await search(...filler, 'filler', 'subtotal')).toEqual([])
  })

  test('operations at once do not disturb each other', async () => {
    const all = await Promise.all([
      search('subtotal'),
      file('empty.txt'),
      search('price_of'),
      file('crlf.txt'),
    ])
    expect(all).toEqual([['src/shop.ts:2 subtotal'], '', ['src/cart.ts:3 price_of'], 'one\r\ntotal\r\n'])
  })

  test('an abort is thrown as it is', async () => {
    const aborted = AbortSignal.abort()
    await expect(tree.file('crlf.txt', aborted)).rejects.toSatisfy(isAbort)
    await expect(tree.paths(aborted)).rejects.toSatisfy(isAbort)
    await expect(tree.search(['total'], aborted)).rejects.toSatisfy(isAbort)
  })
}
