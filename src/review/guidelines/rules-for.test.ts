import { describe, expect, test } from 'vitest'
import { parseHunks } from '../../diff/parse-patch.ts'
import type { Unit } from '../units.ts'
import type { Guideline } from './guideline.ts'
import { rulesFor } from './rules-for.ts'

function unit(path: string, added: string, estimatedTokens = 2_000): Unit {
  const hunks = parseHunks(`@@ -0,0 +1 @@\n+${added}\n`)
  return {
    path,
    hunks,
    file: { path, oldPath: path, status: 'added', binary: false, hunks },
    estimatedTokens,
  }
}

const shop = unit('src/billing/invoice.ts', 'await sendInvoice(customer, currentDatabase)')

const prose = (text: string): Guideline => ({ source: 'AGENTS.md', text })

describe('of prose', () => {
  test('a rule about something that the unit has, too, is shown; other rules and mere talk are not', () => {
    const text = `# Working here

Run the build before you push.

- Database calls must stand in a transaction.
- Never log what a customer typed.
- Stylesheets must use variables.
- The invoice module was written in 2019.
`
    expect(rulesFor(shop, [prose(text)])).toBe(
      'Rules of the project:\n- Database calls must stand in a transaction.\n- Never log what a customer typed.',
    )
  })

  test('headings, tables and blocks of code are no rules', () => {
    const text = '## Invoices must balance\n\n| invoice | must |\n\n```sh\n# never invoice twice\n```\n'
    expect(rulesFor(shop, [prose(text)])).toBe('')
  })

  test('a small unit is not drowned in it, and a large one neither', () => {
    const rules = Array.from(
      { length: 200 },
      (_, index) => `- An invoice must have the field number ${index}.`,
    )
    const shown = (estimatedTokens: number): number => {
      const text = rulesFor({ ...shop, estimatedTokens }, [prose(rules.join('\n'))])
      return text === '' ? 0 : text.split('\n').length - 1
    }
    // Some forty bytes each, and eighty tokens are two hundred and eighty.
    expect(shown(50)).toBe(6)
    expect(shown(1_000)).toBeGreaterThan(0)
    expect(shown(1_000)).toBeLessThan(12)
    expect(shown(1_000_000)).toBeLessThan(50)
  })
})

describe('of instructions', () => {
  const instruction = (text: string, ...paths: string[]): Guideline => ({
    source: '.lorgnette.yml',
    text,
    paths,
  })

  test('those for the path of the unit are shown, however small it is', () => {
    const all = [
      instruction('Amounts are in cents.', 'src/billing/**'),
      instruction('Pages have titles.', 'src/pages/**'),
      { source: '.lorgnette.yml', text: 'Times are in UTC.' },
    ]
    expect(rulesFor({ ...shop, estimatedTokens: 10 }, all)).toBe(
      'Rules of the project:\nAmounts are in cents.\nTimes are in UTC.',
    )
  })

  test('one that is a book is left out', () => {
    expect(rulesFor(shop, [instruction('word '.repeat(5_000), '**')])).toBe('')
  })
})

test('no guidelines are no text', () => {
  expect([rulesFor(shop), rulesFor(shop, [])]).toEqual(['', ''])
})
