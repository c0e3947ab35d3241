import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../src/base/package-root.ts'
import { settings } from '../src/config/settings.ts'
import { openMetrics } from '../src/telemetry/metrics.ts'
import { readMarkdownPage } from './markdown-page.ts'

const page = readMarkdownPage('docs/operations.md')
const sections = new Set([...page.text.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title))

describe('the page about operations', () => {
  test('names every metric there is, and no other', async () => {
    const metrics = openMetrics()
    metrics.reviews(() => Promise.resolve({ owed: 1, delivered: 1, missing: 0, countedAt: new Date(0) }))
    metrics.caps(() => Promise.resolve([{ scope: 'day', measure: 'money', limit: 2, spent: 1, reserved: 0 }]))
    const text = await metrics.text()
    const there = [...text.matchAll(/^# TYPE (lorgnette_\w+)/gm)].map(([, name = '']) => name)
    expect(there.length).toBeGreaterThan(5)
    const named = new Set(page.inlineCode.filter((code) => code.startsWith('lorgnette_')))
    expect([...named].toSorted()).toEqual([...new Set(there)].toSorted())
  })

  test('names no setting that there is not', () => {
    const known = new Set(Object.keys(settings))
    const named = page.inlineCode.filter((code) => /^[A-Z][A-Z]+(?:_[A-Z]+)+$/.test(code))
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })

  test('has links that lead somewhere', () => {
    expect(page.links.filter((target) => !existsSync(path.join(packageRoot, target)))).toEqual([])
    const within = [...page.text.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor = '']) => anchor)
    const anchors = [...sections].map((title) => title.toLowerCase().replaceAll(' ', '-'))
    expect(within.filter((anchor) => !anchors.includes(anchor))).toEqual([])
  })

  test('says what to do in every case that is promised', () => {
    for (const section of [
      'Run it on several machines',
      'Upgrade without loss',
      'Back up and restore',
      'Dead letters',
      'Rotate secrets',
      'When something is gone',
      'Redis settings',
      'Metrics and alarms',
    ])
      expect(sections).toContain(section)
  })
})

test('no two decisions have one number, and each begins with its own', () => {
  const files = readdirSync(path.join(packageRoot, 'docs/decisions')).toSorted()
  const numbers = files.map((file) => Number(file.slice(0, 4)))
  expect(new Set(numbers).size).toBe(numbers.length)
  for (const [index, file] of files.entries())
    expect(readMarkdownPage(`docs/decisions/${file}`).text).toMatch(new RegExp(`^# ${numbers[index]}\\. `))
})
