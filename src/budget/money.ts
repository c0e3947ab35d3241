import type { Brand } from '../base/ids.ts'

/** An amount of money: a whole number of millionths of a US dollar, never negative. */
export type MicroDollars = Brand<number, 'MicroDollars'>

/** Rounded up, so that what many small amounts cost is never counted as nothing. Throws for what is no amount. */
export function microDollars(amount: number): MicroDollars {
  // A price times a number of tokens is binary: 3 × 0.1 is a hair above 0.3, and must not cost one more.
  const whole = Math.ceil(amount - 1e-6)
  if (!Number.isSafeInteger(whole) || whole < 0) throw new RangeError(`${amount} is no amount of money`)
  return Math.max(0, whole) as MicroDollars // checked
}

/** `$0.0123`: to the cent from a dollar on, below that with the two digits that matter. */
export function formatMoney(amount: MicroDollars): string {
  const dollars = amount / 1_000_000
  if (amount === 0 || dollars >= 1) return `$${dollars.toFixed(2)}`
  const digits = Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(dollars))))
  return `$${dollars.toFixed(digits)}`
}
