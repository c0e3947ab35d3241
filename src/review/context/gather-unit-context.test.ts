import { createTwoFilesPatch } from 'diff'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { openScratchRepository } from '../../../test/scratch-repository.ts'
import { parsePatch } from '../../diff/parse-patch.ts'
import { openCommitTree } from '../../git/commit-tree.ts'
import { commitId } from '../../github/github.ts'
import type { HeadTree } from '../head-tree.ts'
import type { Unit } from '../units.ts'
import { gatherUnitContext } from './gather-unit-context.ts'
import { contextTokens, noContext, type UnitContext } from './unit-context.ts'

const { signal } = new AbortController()
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

type Files = Readonly<Record<string, string>>

/** The tree of a commit with these files. */
function treeOf(files: Files): HeadTree {
  const repository = openScratchRepository()
  closers.push(repository.close)
  for (const [path, text] of Object.entries(files)) repository.write(path, text)
  return openCommitTree(`${repository.folder}/.git`, commitId.parse(repository.commit()))
}

/** A change of one file as one unit, however large. */
function unitOf(path: string, before: string, after: string): Unit {
  const patch = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, '', '', { context: 3 })
  const [diff] = parsePatch(Buffer.from(`diff --git a/${path} b/${path}\n${patch.replace(/^=+\n/, '')}`))
  if (!diff) throw new Error('there is no change')
  return { path, file: diff, hunks: diff.hunks, content: after, estimatedTokens: 1_000 }
}

async function contextOf(
  path: string,
  before: string,
  after: string,
  others: Files = {},
): Promise<UnitContext> {
  return await gatherUnitContext(
    unitOf(path, before, after),
    treeOf({ ...others, [path]: after }),
    600,
    signal,
  )
}

/** Each related snippet as `why symbol in path`. */
const related = (context: UnitContext): string[] =>
  context.related.map(({ why, symbol, path }) => `${why} ${symbol} in ${path}`)

const filler = (count: number, indent = '    '): string =>
  Array.from({ length: count }, (_, at) => `${indent}step_${at} = ${at}\n`).join('')

describe('the code around hunks', () => {
  const method = (price: string): string =>
    `import os\nfrom shop.tax import vat\n\nclass Shop(Base):\n    def other(self):\n        pass\n\n    @log\n    def sell(self, item,\n             count):\n        """Sells."""\n${filler(9, '        ')}        if item:\n${filler(8, '            ')}            return ${price}\n${filler(9, '        ')}`

  test('is the definition, its signature and the conditions first, without what the hunks show', async () => {
    const { enclosing, imports } = await contextOf('shop.py', method('vat(1)'), method('vat(2)'))
    expect(enclosing).toHaveLength(1)
    expect(enclosing[0]).toMatchObject({ path: 'shop.py', why: 'enclosing', symbol: 'sell' })
    const text = enclosing[0]?.text ?? ''
    expect(text.split('\n').slice(0, 4)).toEqual([
      'class Shop(Base):',
      '    ⋯',
      '    @log',
      '    def sell(self, item,',
    ])
    expect(text).toContain('        if item:\n')
    expect(text).toContain('⋯ lines of the change ⋯')
    expect(text).not.toContain('return vat(2)')
    expect(text).not.toContain('def other')
    expect(imports).toEqual(['from shop.tax import vat'])
  })

  test('is cut where it is long, nearest lines last', async () => {
    const long = (value: string): string => `def run():\n${filler(400)}    return ${value}\n`
    const { enclosing } = await contextOf('a.py', long('1'), long('2'))
    const text = enclosing[0]?.text ?? ''
    expect(text).toMatch(/^def run\(\):\n {4}⋯\n/)
    expect(text).toContain('step_396 = 396')
    expect(text).not.toContain('step_200 = 200')
  })

  test('is not there for what the hunks show as a whole', async () => {
    const { enclosing } = await contextOf(
      'a.ts',
      'function a() {\n  return 1\n}\n',
      'function a() {\n  return 2\n}\n',
    )
    expect(enclosing).toEqual([])
  })
})

describe('related code', () => {
  test('is the definition that an import leads to, and not another one of that name', async () => {
    const context = await contextOf(
      'app/cart.py',
      'from app.tax import vat\n',
      'from app.tax import vat\n\ndef total(x):\n    return vat(x)\n',
      {
        'app/tax.py': 'RATE = 2\n\n\ndef vat(of):\n    return of * RATE\n',
        'other/tax.py': 'def vat(of):\n    raise NotImplementedError\n',
        'test_vat.py': 'def vat():\n    pass\n',
      },
    )
    expect(related(context)).toEqual(['definition vat in app/tax.py'])
    expect(context.related[0]?.text).toBe('def vat(of):\n    return of * RATE')
  })

  test.each([
    ['./tax', 'src/tax.ts'],
    ['./tax.js', 'src/tax.ts'],
    ['../lib/tax', 'lib/tax/index.ts'],
    ['@shop/lib/tax', 'packages/lib/tax.ts'],
  ])('is found through %j', async (module, path) => {
    const start = `import { vat } from '${module}'\n`
    const context = await contextOf('src/cart.ts', start, `${start}export const total = vat(1)\n`, {
      [path]: 'export function vat(of: number) {\n  return of\n}\n',
      'elsewhere/vat.ts': 'export function vat() {\n  return 0\n}\n',
    })
    expect(related(context)).toEqual([`definition vat in ${path}`])
  })

  test('is never a namesake of what a package from outside brings', async () => {
    const start = "import { vat } from 'tax-package'\n"
    const context = await contextOf('src/cart.ts', start, `${start}export const total = vat(1)\n`, {
      'src/other.ts': 'export function vat() {\n  return 0\n}\n',
    })
    expect(context.related).toEqual([])
  })

  test('is who calls what got another signature, with the head of the calling function', async () => {
    const context = await contextOf(
      'src/tax.ts',
      'export function vatOf(price: number) {\n  return price\n}\n',
      'export function vatOf(price: number, rate: number) {\n  return price * rate\n}\n',
      {
        'src/cart.ts': `import { vatOf } from './tax'\nexport function total(cart: Cart) {\n  const a = 1\n  const b = 2\n  const c = 3\n  const d = 4\n  return vatOf(cart.sum)\n}\n`,
        'src/vatOf.md': 'vatOf is a function',
        'src/quote.ts': 'const text = "vatOf(1)" // vatOf(2)\n',
      },
    )
    expect(related(context)).toEqual(['caller vatOf in src/cart.ts'])
    expect(context.related[0]?.text).toBe(
      'export function total(cart: Cart) {\n  ⋯\n  const c = 3\n  const d = 4\n  return vatOf(cart.sum)\n}',
    )
  })

  test('is who still uses what is gone', async () => {
    const context = await contextOf(
      'tax.py',
      'def vat_of(x):\n    return x\n\n\ndef b():\n    pass\n',
      'def b():\n    pass\n',
      {
        'cart.py': 'from tax import vat_of\n\n\ndef total(x):\n    return vat_of(x)\n',
      },
    )
    expect(related(context)).toEqual(['caller vat_of in cart.py'])
  })

  test('is how the same is done elsewhere', async () => {
    const shop = (path: string, returned: string): string =>
      `class ${path}:\n    def charge_card(self, card):\n        check(card)\n        return ${returned}\n`
    const context = await contextOf('pay/a.py', shop('A', '1'), shop('A', '2'), {
      'pay/b.py': shop('B', '3'),
      'pay/c.rb': 'def charge_card\nend\n',
    })
    expect(related(context)).toContain('sibling charge_card in pay/b.py')
    expect(related(context).join()).not.toContain('c.rb')
  })

  test('comes from the own file alone where there is no tree', async () => {
    const text = (body: string): string =>
      `import { far } from './far'\nfunction helper() {\n  return 1\n}\n${'\n'.repeat(20)}function run() {\n${body}}\n`
    const unit = unitOf('a.ts', text(''), text('  helper(far())\n'))
    const context = await gatherUnitContext(unit, undefined, 600, signal)
    expect(related(context)).toEqual(['definition helper in a.ts'])
    expect(context.imports).toEqual(["import { far } from './far'"])
  })

  test('is not there for prose, and not for a file of which nothing is known', async () => {
    expect(await contextOf('a.md', 'one\n', 'two `vat()`\n', { 'vat.md': 'vat()' })).toEqual(noContext)
    const { content: _, ...unit } = unitOf('a.ts', 'one\n', 'two()\n')
    expect(await gatherUnitContext(unit, undefined, 600, signal)).toEqual(noContext)
  })
})

test('what moves a unit, and what changes elsewhere, leaves its context as it is', async () => {
  const cart = (price: string): string =>
    `function other() {\n  return 1\n}\n\nfunction total(sum) {\n${filler(12, '  ')}  return vatOf(${price})\n}\n`
  const start = "import { vatOf } from './tax'\n"
  const tax = 'export function vatOf(a) {\n  return a\n}\n'
  const one = await contextOf('src/cart.js', start + cart('sum'), start + cart('sum + 1'), {
    'src/tax.js': tax,
  })
  const above = `${start}${filler(40, '')}`.replaceAll('step_', 'unrelated_')
  const moved = await contextOf('src/cart.js', above + cart('sum'), above + cart('sum + 1'), {
    'src/tax.js': `export const before = 1\n\n${tax}\nexport function vat() {\n  return 2\n}\n`,
    'src/unrelated.js': 'export function unrelated() {\n  return 3\n}\n',
  })
  expect(one.related).toHaveLength(1)
  expect(moved).toEqual(one)
})

describe('whatever stands in a file', () => {
  const word = fc.constantFrom(
    'def',
    'class',
    'function',
    'run',
    'Shop',
    'total_of',
    'readCart',
    'import',
    'from',
    'return',
    'const',
    'x',
  )
  const sign = fc.constantFrom(
    '(',
    ')',
    '{',
    '}',
    '[',
    '"',
    "'",
    '`',
    '"""',
    '/*',
    '*/',
    '//',
    '#',
    '${',
    ' = ',
    ':',
    ';',
    '.',
    ', ',
    ' ',
    '  ',
    '\t',
    '\\',
    '=>',
    'é',
    '\u2028',
    '\r',
  )
  const line = fc.array(fc.oneof(word, sign), { maxLength: 12 }).map((parts) => parts.join(' ').trimEnd())
  const text = fc.array(line, { maxLength: 40 }).map((lines) => `${lines.join('\n')}\n`)

  test('the context is within its budget, and the same every time', async () => {
    const cases = fc.record({
      before: text,
      after: text,
      other: text,
      budget: fc.integer({ min: 0, max: 400 }),
    })
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.constantFrom('py', 'ts', 'go', 'rb'),
        async ({ before, after, other, budget }, extension) => {
          fc.pre(before !== after)
          const path = `a.${extension}`
          const tree = treeOf({ [path]: after, [`b.${extension}`]: other })
          const unit = unitOf(path, before, after)
          const context = await gatherUnitContext(unit, tree, budget, signal)
          expect(contextTokens(context)).toBeLessThanOrEqual(budget)
          expect(await gatherUnitContext(unit, tree, budget, signal)).toEqual(context)
          for (const { text: shown } of [...context.enclosing, ...context.related])
            expect(shown).not.toContain('\r')
        },
      ),
      { numRuns: 25 },
    )
  })

  test.each([
    ['one line of 5 MB', 'x('.repeat(2_500_000)],
    [
      '100,000 names',
      `${Array.from({ length: 10_000 }, (_, at) => Array.from({ length: 10 }, (__, by) => `name_${at}_${by}(x)`).join(' ')).join('\n')}\n`,
    ],
    [
      'definitions in definitions',
      Array.from({ length: 1_500 }, (_, at) => `${' '.repeat(Math.min(at, 1_000))}def name_${at}():\n`).join(
        '',
      ),
    ],
    ['brackets that never close', 'function a() {(\n'.repeat(30_000)],
    ['quotes that never close', `${"a'".repeat(999)}\n`.repeat(100)],
    ['backslashes', `const a = /${'\\'.repeat(1_500)}\n`.repeat(100)],
    ['imports', 'import {\n'.repeat(20_000)],
    ['spaces', `${' '.repeat(1_900)}x\n`.repeat(500)],
    ['modifiers', `${'public static async '.repeat(90)}\n`.repeat(500)],
  ])('%s are read in the end', async (_, text) => {
    for (const path of ['a.py', 'a.ts', 'a.java']) {
      const context = await gatherUnitContext(
        unitOf(path, 'last()\n', `${text}\nlast()\n`),
        undefined,
        500,
        signal,
      )
      expect(contextTokens(context)).toBeLessThanOrEqual(500)
    }
  })
})
