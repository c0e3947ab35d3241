/** A share from 0 to 1 as models write it: `0.9`, `"0.9"`, `"90 %"`, `90`. Undefined for everything else. */
export function readShare(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  const [, digits, percent] = /^(\d{1,3}(?:\.\d+)?|\.\d+)(\s*%)?$/.exec(text) ?? []
  if (digits === undefined) return undefined
  const number = Number(digits)
  // Nobody is one and a half times sure: what is above 1 was meant in percent.
  const share = percent !== undefined || number > 1 ? number / 100 : number
  return share <= 1 ? share : undefined
}
