import { expect, test } from 'vitest'
import { renderContext } from './render-context.ts'
import { noContext } from './unit-context.ts'

test('a context reads as code with its whereabouts, and no positions', () => {
  const snippet = { symbol: 'vat', estimatedTokens: 10 }
  const text = renderContext({
    imports: ["import { vat } from './tax'"],
    enclosing: [
      { ...snippet, why: 'enclosing', path: 'cart.ts', symbol: 'total', text: 'function total() {\n  ⋯' },
    ],
    related: [
      { ...snippet, why: 'definition', path: 'tax.ts', text: 'function vat() {}' },
      { ...snippet, why: 'caller', path: 'a "b"\n.ts', text: 'vat()' },
      { ...snippet, why: 'sibling', path: 'us/tax.ts', text: 'function vat() { return 0 }' },
    ],
  })
  expect(text).toBe(`Code of the head, to read (⋯ lines left out):
Imports of the file:
import { vat } from './tax'
Around the change, "total":
function total() {
  ⋯
Definition of "vat" in "tax.ts":
function vat() {}
Use of "vat" in "a \\"b\\"\\n.ts":
vat()
Another "vat" in "us/tax.ts":
function vat() { return 0 }`)
})

test('of nothing there is nothing to say', () => {
  expect(renderContext(noContext)).toBe('')
})
