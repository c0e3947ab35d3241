import { parseJson } from '../../base/json.ts'
import type { Check } from './check.ts'

const claim =
  /\bsyntax ?error\b|\b(?:invalid|broken) (?:syntax|json)\b|\b(?:does|do|will|can) ?not parse\b|\bunparseable\b|\b(?:missing closing|unbalanced|unmatched|unclosed) (?:bracket|brace|parenthesis|paren)\b/i

/** "This does not parse", though it does. A comma too few or too many may parse, and mean something else. */
export const claimsSyntaxError: Check = ({ title }, { diff, content, parses }) => {
  if (!claim.test(title)) return undefined
  if (parses) return 'a parser of its language reads the file without a syntax error in what changed'
  const isJson = content !== undefined && diff.path.endsWith('.json')
  return isJson && parseJson(content.replace(/^\uFEFF/, '')) !== undefined
    ? 'the file is valid JSON'
    : undefined
}
