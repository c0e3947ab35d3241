import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { stepName, steps } from '../chaos/steps.ts'
import { packageRoot } from '../src/base/package-root.ts'
import { readMarkdownPage } from './markdown-page.ts'

/** How many faults there are under each letter. */
const faults = { C: 15, S: 15, D: 9, H: 10, G: 15, L: 8, A: 15, P: 9 }

const page = readMarkdownPage('docs/reliability.md')

interface Row {
  readonly fault: string
  readonly seen: string
  readonly shownBy: readonly { readonly file: string; readonly name: string }[]
}

const rows: readonly Row[] = [...page.text.matchAll(/^\| ([A-Z]\d+): [^|]+\| (.*?) +\| (.*?) *\|$/gm)].map(
  ([, fault = '', seen = '', tests = '']) => ({
    fault,
    seen,
    shownBy: [...tests.matchAll(/`([^`]+)`: (.*?)(?:<br>|$)/g)].map(([, file = '', name = '']) => ({
      file,
      name,
    })),
  }),
)

describe('the page about reliability', () => {
  test('has one row for every fault, in their order', () => {
    const all = Object.entries(faults).flatMap(([letter, count]) =>
      Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
    )
    expect(rows.map(({ fault }) => fault)).toEqual(all)
  })

  test('says of every fault what is seen, and shows it or says that it does not', () => {
    const silent = rows.filter(
      ({ seen, shownBy }) => seen === '' || (shownBy.length === 0 && !seen.includes('not yet: ')),
    )
    expect(silent).toEqual([])
  })

  test('names tests and steps that exist', () => {
    const known = new Set(steps.map(stepName))
    const texts = new Map<string, string>()
    const textOf = (file: string): string => {
      const found = path.join(packageRoot, file)
      const text = texts.get(file) ?? (existsSync(found) ? readFileSync(found, 'utf8') : '')
      texts.set(file, text)
      return text
    }
    const exists = ({ file, name }: Row['shownBy'][number]): boolean =>
      file === 'chaos/steps.ts'
        ? known.has(name)
        : // The first argument of a call, whichever its quotes are: `test(…)`, `test.each(…)(…)`.
          new RegExp(String.raw`\(\s*(['"\`])${escaped(name)}\1,`).test(textOf(file))
    const named = rows.flatMap(({ shownBy }) => shownBy)
    // That they are found at all.
    expect(named.length).toBeGreaterThan(100)
    expect(named.filter((one) => !exists(one))).toEqual([])
  })
})

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
}
