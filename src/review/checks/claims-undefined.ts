import { escapeRegExp } from './escape-reg-exp.ts'
import type { Check } from './check.ts'
import { titleNames } from './title-names.ts'

const claim =
  /\b(?:undefined|not defined|never defined|undeclared|not declared|never declared|not imported|never imported|missing import|without (?:an )?import|import(?:ing)? is missing|unresolved)\b/i

/** In many words `undefined` is a value: `returns undefined`, `undefined index`. Then nothing is claimed about a name. */
const value =
  /\b(?:returns?|be|is|may be|can be|or|if|when|with|as|to|=+) `?undefined\b(?! (?:name|variable|symbol|function|identifier))|undefined (?:behaviou?r|index|offset|key|property|values?)/i

/** "`x` is not defined", though the file defines or imports it. */
export const claimsUndefined: Check = ({ title }, { content }) => {
  if (content === undefined || !claim.test(title) || value.test(title)) return undefined
  const names = titleNames(title)
  const [defined] = names.filter((name) => isDefinedIn(content, name))
  // Several names may be about others: only a claim about this one is contradicted.
  return names.length === 1 && defined !== undefined
    ? `\`${defined}\` is defined or imported in the file`
    : undefined
}

/** At the top of the file, as an import or as a definition that nothing encloses: seen from everywhere in it. */
function isDefinedIn(content: string, name: string): boolean {
  const word = `(?<![\\w$.])${escapeRegExp(name)}(?![\\w$])`
  const definition = new RegExp(
    [
      `^(?:export\\s+)?(?:default\\s+)?(?:async\\s+)?(?:def|class|function\\*?|const|let|var|interface|type|enum|func|fn)\\s+${word}`,
      `^(?:from\\s+\\S+\\s+)?import\\s[^\\n]*${word}`,
      `^import\\s*\\{[^}]{0,4000}${word}[^}]{0,4000}\\}`,
      `^from\\s+\\S+\\s+import\\s*\\([^)]{0,4000}${word}`,
    ].join('|'),
    'm',
  )
  return definition.test(content)
}
