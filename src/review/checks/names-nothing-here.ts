import type { Check } from './check.ts'

/** Every name of code that the claim quotes, in backticks: of a call without its arguments, of a path its last part. */
function quotedNames(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]{2,120})`/g)].flatMap(([, quoted = '']) => {
    const [name] = /[A-Za-z_$][\w$]{2,}(?=\W*(?:\([^)]*\))?$)/.exec(quoted) ?? []
    return name === undefined ? [] : [name]
  })
}

/** A claim that quotes names, and not one of them stands in the file or its old lines: it is about other code. */
export const namesNothingHere: Check = ({ title, explanation }, { diff, content }) => {
  if (content === undefined) return undefined
  const names = [...new Set(quotedNames(`${title}\n${explanation}`))]
  if (names.length < 2) return undefined
  const old = diff.hunks.flatMap(({ lines }) =>
    lines.flatMap(({ kind, text }) => (kind === 'removed' ? [text] : [])),
  )
  const text = `${content}\n${old.join('\n')}`
  return names.some((name) => text.includes(name))
    ? undefined
    : `none of the names that it quotes stands in the file: ${names.slice(0, 3).join(', ')}`
}
