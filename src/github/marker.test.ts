import { describe, expect, test } from 'vitest'
import { commitId, repositoryName } from './github.ts'
import { hasMarker, reviewMarker, summaryMarker, withMarker } from './marker.ts'

const review = {
  repository: repositoryName.parse('acme/shop'),
  pullRequest: 7,
  head: commitId.parse('a'.repeat(40)),
  baseBranch: 'main',
}

describe('the marker of a review', () => {
  test('is one HTML comment on one line, whatever the branch is called', () => {
    for (const baseBranch of ['main', 'a-->b', 'line\nbreak', '']) {
      expect(reviewMarker({ ...review, baseBranch })).toMatch(/^<!-- lorgnette:review:[0-9a-f]{64} -->$/)
    }
  })

  test('is the same however the repository is spelled: GitHub ignores case there', () => {
    expect(reviewMarker({ ...review, repository: repositoryName.parse('Acme/Shop') })).toBe(
      reviewMarker(review),
    )
  })

  test('differs with the repository, the pull request, the head and the base branch', () => {
    const markers = [
      reviewMarker(review),
      reviewMarker({ ...review, repository: repositoryName.parse('acme/shop2') }),
      reviewMarker({ ...review, pullRequest: 8 }),
      reviewMarker({ ...review, head: commitId.parse('b'.repeat(40)) }),
      reviewMarker({ ...review, baseBranch: 'next' }),
      summaryMarker(review),
    ]
    expect(new Set(markers).size).toBe(markers.length)
  })
})

test('the marker of the summary stays the same from head to head', () => {
  const pushed = { ...review, head: commitId.parse('b'.repeat(40)) }
  expect(summaryMarker(pushed)).toBe(summaryMarker(review))
})

describe('a marked body', () => {
  const marker = reviewMarker(review)

  test('shows its text and ends with the marker', () => {
    expect(withMarker('Two findings.\n', marker)).toBe(`Two findings.\n\n${marker}`)
    expect(withMarker('', marker)).toBe(marker)
  })

  test('is recognised also after GitHub changed line endings and trailing space', () => {
    const marked = withMarker('One\nTwo', marker)
    expect(hasMarker(marked, marker)).toBe(true)
    expect(hasMarker(`${marked.replaceAll('\n', '\r\n')}\r\n `, marker)).toBe(true)
  })

  test('is not taken for another one, nor for one that only quotes the marker', () => {
    expect(hasMarker('', marker)).toBe(false)
    expect(hasMarker(withMarker('text', summaryMarker(review)), marker)).toBe(false)
    expect(hasMarker(`> ${marker}`, marker)).toBe(false)
    expect(hasMarker(withMarker(`He wrote:\n${marker}\n`, summaryMarker(review)), marker)).toBe(false)
  })
})

test('a repository name never leads to another path', () => {
  const refused = ['acme/..', 'acme/.', '../x', 'acme/a/b', 'acme/', '/shop', 'acme/sh op', 'acme/%2e']
  expect(refused.filter((name) => repositoryName.safeParse(name).success)).toEqual([])
  const accepted = ['acme/shop', 'a-b_corp/.github', 'x/...y']
  expect(accepted.filter((name) => repositoryName.safeParse(name).success)).toEqual(accepted)
})
