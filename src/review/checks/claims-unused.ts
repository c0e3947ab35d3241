import { escapeRegExp } from './escape-reg-exp.ts'
import type { Check } from './check.ts'
import { titleNames } from './title-names.ts'

const claim =
  /\bunused import\b|\bimport(?:ed)? but (?:never|not) used\b|\bimport(?:ed)?\b.*\bis (?:never|not) used\b/i

/**
 * "The import `x` is unused", though the file names it a second time. Of a parameter or a variable that says nothing: another
 * function may have one of the same name.
 */
export const claimsUnused: Check = ({ title }, { content }) => {
  if (content === undefined || !claim.test(title)) return undefined
  const names = titleNames(title)
  const [name] = names
  if (name === undefined || names.length !== 1) return undefined
  const uses = content.match(new RegExp(`(?<![\\w$])${escapeRegExp(name)}(?![\\w$])`, 'g'))?.length ?? 0
  return uses > 2 ? `\`${name}\` stands ${uses} times in the file` : undefined
}
