/** Names that stand on every other line tell nothing. */
const common = new Set(
  (
    'and async await class const def else export false for from function if import let none not null number or return ' +
    'self string the this true undefined value var while'
  ).split(' '),
)

/** The names of a text, in lower case and in their order, but for those that tell nothing. */
export function namesIn(text: string): string[] {
  return (text.match(/[A-Za-z_$][\w$]{2,}/g) ?? [])
    .map((name) => name.toLowerCase())
    .filter((name) => !common.has(name))
}
