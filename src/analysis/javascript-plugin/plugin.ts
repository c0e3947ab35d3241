import { asyncCallback } from './async-callback.ts'
import { loopBounds } from './loop-bounds.ts'
import { mapParseInt } from './map-parse-int.ts'
import { missingAwait } from './missing-await.ts'
import type { JavaScriptRule } from './syntax-tree.ts'
import { commandFromText, htmlFromText, sqlFromText } from './text-as-code.ts'
import { guessableSecret, uncheckedCertificate } from './weak-secrets.ts'

const rules: Readonly<Record<string, JavaScriptRule>> = {
  'async-callback': asyncCallback,
  'command-from-text': commandFromText,
  'guessable-secret': guessableSecret,
  'html-from-text': htmlFromText,
  'loop-bounds': loopBounds,
  'map-parse-int': mapParseInt,
  'missing-await': missingAwait,
  'sql-from-text': sqlFromText,
  'unchecked-certificate': uncheckedCertificate,
}

/** Our own rules for JavaScript and TypeScript, loaded by oxlint from the built code. */
// oxlint-disable-next-line import/no-default-export -- oxlint asks a plugin for its default export
export default { meta: { name: 'lorgnette' }, rules }
