import { expect, test } from 'vitest'
import { verifySignature } from './verify-signature.ts'

// GitHub's own test values, from "Validating webhook deliveries".
const secret = "It's a Secret to Everybody"
const body = Buffer.from('Hello, World!')
const digits = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'

test("GitHub's published example is valid", () => {
  expect(verifySignature(body, `sha256=${digits}`, [secret])).toBe(true)
})

test('while a secret is being replaced, both are valid', () => {
  expect(verifySignature(body, `sha256=${digits}`, ['new', secret])).toBe(true)
  expect(verifySignature(body, `sha256=${digits}`, [secret, 'new'])).toBe(true)
})

test.each([
  ['no header', undefined],
  ['an empty header', ''],
  ['another secret', 'sha256=857107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'],
  ['upper-case digits', `sha256=${digits.toUpperCase()}`],
  ['an upper-case algorithm', `SHA256=${digits}`],
  ['no algorithm', digits],
  ['SHA-1', 'sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59'],
  ['a digit too few', `sha256=${digits.slice(1)}`],
  ['a digit too many', `sha256=${digits}0`],
  ['a line feed behind it', `sha256=${digits}\n`],
  ['two headers, as Node joins them', `sha256=${digits}, sha256=${digits}`],
  ['a list of headers', [`sha256=${digits}`]],
])('%s is no valid signature', (_, header) => {
  expect(verifySignature(body, header, [secret])).toBe(false)
})

test('one changed byte, or a body that was written anew, is refused', () => {
  expect(verifySignature(Buffer.from('Hello, World?'), `sha256=${digits}`, [secret])).toBe(false)
  expect(verifySignature(Buffer.from('Hello, World!\n'), `sha256=${digits}`, [secret])).toBe(false)
})

test('without secrets nothing is valid', () => {
  expect(verifySignature(body, `sha256=${digits}`, [])).toBe(false)
})
