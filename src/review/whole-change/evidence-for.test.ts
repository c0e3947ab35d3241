import { expect, test } from 'vitest'
import { estimateTokens } from '../estimate-tokens.ts'
import type { Candidate } from '../finding.ts'
import { evidenceFor } from './evidence-for.ts'

const claim: Candidate = {
  id: 'a',
  source: { kind: 'model', model: 'm', pass: 'whole-change' },
  path: 'cart.py',
  severity: 'high',
  category: 'api',
  title: 'The caller in report.py passes no rate',
  explanation: 'total([1, 2]) → TypeError',
  evidence: 'def total(items, rate):',
  confidence: 0.9,
}
const unrelated = { path: 'mail.py', text: 'def deliver(): ...' }
const alike = { path: 'shop.py', text: 'amount = total(items, rate)' }
const named = { path: 'shop/report.py', text: 'print(total([1, 2]))' }

test('what a claim names by its path comes first, then what shares its names, and nothing else', () => {
  expect(evidenceFor([claim], [unrelated, alike, named], 1_000)).toBe(`${named.text}\n${alike.text}`)
  expect(evidenceFor([claim], [unrelated], 1_000)).toBe('')
})

test('a piece that does not fit is left out whole, and a smaller one behind it may fit', () => {
  const large = { ...named, text: `${named.text}\n${'x'.repeat(4_000)}` }
  expect(evidenceFor([claim], [large, alike], estimateTokens(alike.text))).toBe(alike.text)
})
