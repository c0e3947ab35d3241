/** What a file is for, as far as its path tells. Unknown is source: better read early than late. */
export type FileRole = 'source' | 'test' | 'prose or settings'

const test =
  /(?:^|\/)(?:__tests__|__mocks__|tests?|specs?|e2e|testdata|fixtures)\/|(?:^|\/)(?:test_[^/]*|conftest)\.py$|[._-](?:test|spec|tests|specs)\.\w+$|[a-z0-9](?:Test|Tests|Spec|IT)\.\w+$/

/** Workflows run with the rights of the repository: they are code. */
const workflow = /^\.github\/(?:workflows|actions)\//

const proseOrSettings =
  /\.(?:md|mdx|markdown|rst|adoc|txt|csv|tsv|json|json5|jsonc|ya?ml|toml|ini|cfg|conf|properties|xml|svg|pot?|lock|editorconfig)$|(?:^|\/)(?:LICENSE|LICENCE|NOTICE|AUTHORS|CHANGELOG|README|CODEOWNERS|\.[a-z]+ignore|\.gitattributes)$/i

export function fileRole(path: string): FileRole {
  if (workflow.test(path)) return 'source'
  if (proseOrSettings.test(path)) return 'prose or settings'
  return test.test(path) ? 'test' : 'source'
}
