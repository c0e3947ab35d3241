/**
 * Whether a file is a test, a fixture, an example or documentation by its path: code that does wrong things on purpose
 * and carries secrets that open nothing.
 */
export function isTestPath(path: string): boolean {
  return (
    /(?:^|\/)(?:tests?|specs?|__tests__|__mocks__|testing|testdata|fixtures?|mocks?|examples?|samples?|docs?|e2e|snapshots?)\//i.test(
      path,
    ) ||
    /(?:^|[._/-])(?:tests?|spec|mocks?|fixtures?|example|sample|template|conftest|dist)\.[^/]+$/i.test(
      path,
    ) ||
    /(?:^|\/)(?:test_[^/]+\.py|[^/]+(?:Test|Tests|Spec|IT)\.[a-z]+)$/.test(path) ||
    /\.(?:md|mdx|rst|adoc|txt|snap|example|sample|template|tmpl|dist)$/i.test(path)
  )
}
