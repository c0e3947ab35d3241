import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scanSecrets } from '../analysis/secret-scanner.ts'
import { lineNumberOn } from '../diff/line-number-on.ts'
import { parsePatch } from '../diff/parse-patch.ts'
import type { Change } from './change.ts'
import { redactChange, type ScanSecrets } from './redact-change.ts'

function joined(...parts: readonly string[]): string {
  return parts.join('')
}

/** Put together here, so that scanners which look at this repository find nothing. */
const random = 'q7Rz2Kx9Vb4Nm1Tc8Wp5Yd3Hf6Jg0Ls'
const token = joined('gh', 'p', '_', random, 'A1b2C')
const other = joined('gh', 'p', '_', 'Z', random, 'A1b2')
const key = [
  joined('-----BEGIN RSA ', 'PRIVATE KEY', '-----'),
  ...Array.from({ length: 12 }, (_, line) => `${random}${random}`.slice(line % 3, (line % 3) + 58)),
  'q7R=',
  joined('-----END RSA ', 'PRIVATE KEY', '-----'),
]

function changeOf(patch: string, rest: Partial<Change> = {}, content?: string): Change {
  return {
    name: 'shop/app#1',
    title: 'A change',
    body: '',
    complete: true,
    ...rest,
    files: parsePatch(patch).map((diff) => ({ diff, ...(content !== undefined && { content }) })),
  }
}

function patchOf(path: string, lines: readonly string[], heading = ''): string {
  const oldLines = lines.filter((line) => !line.startsWith('+')).length
  const newLines = lines.filter((line) => !line.startsWith('-')).length
  return [
    `diff --git a/${path} b/${path}`,
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -1,${oldLines} +1,${newLines} @@${heading && ` ${heading}`}`,
    ...lines,
    '',
  ].join('\n')
}

function textsOf(change: Change): string[] {
  return change.files.flatMap(({ diff }) => diff.hunks.flatMap(({ lines }) => lines.map(({ text }) => text)))
}

test('a secret is replaced on both sides, in content, heading, title and body', async () => {
  const patch = patchOf(
    'src/app.ts',
    [` use('${token}')`, `-old('${other}')`, `+fresh('${token}')`],
    `login('${token}')`,
  )
  const { change, redacted } = await redactChange(
    changeOf(
      patch,
      { title: `Use ${token}`, body: `It was ${other}.` },
      `use('${token}')\nfresh('${token}')\n`,
    ),
    scanSecrets,
  )
  expect(redacted).toBe(2)
  expect(change.title).toBe('Use ‹secret:github-token›')
  expect(change.body).toBe('It was ‹secret:github-token›.')
  expect(textsOf(change)).toEqual([
    "use('‹secret:github-token›')",
    "old('‹secret:github-token›')",
    "fresh('‹secret:github-token›')",
  ])
  expect(change.files[0]?.content).toBe("use('‹secret:github-token›')\nfresh('‹secret:github-token›')\n")
  expect(change.files[0]?.diff.hunks[0]?.heading).toBe("login('‹secret:github-token›')")
})

test('a change without secrets comes back as it is', async () => {
  const change = changeOf(patchOf('a.ts', ['-const a = 1', '+const a = 2']), {}, 'const a = 2\n')
  expect(await redactChange(change, scanSecrets)).toMatchObject({ change, redacted: 0 })
  const empty = changeOf('', { title: '' })
  expect(await redactChange(empty, scanSecrets)).toMatchObject({ change: empty, redacted: 0 })
})

test('every line of a private key is replaced by itself, and no line is gained or lost', async () => {
  const patch = patchOf('server.pem', [' before', ...key.map((line) => `+${line}`), ' after'])
  const { change } = await redactChange(
    changeOf(patch, {}, ['before', ...key, 'after', ''].join('\n')),
    scanSecrets,
  )
  const hidden = key.map(() => '‹secret:private-key›')
  expect(textsOf(change)).toEqual(['before', ...hidden, 'after'])
  expect(change.files[0]?.content).toBe(['before', ...hidden, 'after', ''].join('\n'))
})

test('a key that a hunk shows in part, without the content, is hidden', async () => {
  const head = key.slice(0, 5)
  const tail = key.slice(8)
  const { change } = await redactChange(
    changeOf(
      `${patchOf(
        'a.pem',
        head.map((line) => `-${line}`),
      )}${patchOf(
        'b.pem',
        tail.map((line) => `-${line}`),
      )}`,
    ),
    scanSecrets,
  )
  expect(textsOf(change)).toEqual([...head, ...tail].map(() => '‹secret:private-key›'))
})

test('what one file gives away is hidden in another one, where nothing tells that it is a secret', async () => {
  const patch = `${patchOf('a.ts', ['+const password = "Tr0ub4dor&3"'])}${patchOf('b.txt', ['+log in with Tr0ub4dor&3 please'])}`
  const { change, redacted } = await redactChange(changeOf(patch), scanSecrets)
  expect(redacted).toBe(1)
  expect(textsOf(change)).toEqual([
    'const password = "‹secret:password›"',
    'log in with ‹secret:password› please',
  ])
})

test('carriage returns stay', async () => {
  const { change } = await redactChange(
    changeOf(patchOf('a.ts', [`+use('${token}')\r`]), {}, `use('${token}')\r\n`),
    scanSecrets,
  )
  expect(textsOf(change)).toEqual(["use('‹secret:github-token›')\r"])
  expect(change.files[0]?.content).toBe("use('‹secret:github-token›')\r\n")
})

test('whatever is called secret is gone, lines keep their number, and diff and content stay the same text', async () => {
  const word = fc.constantFrom('alpha9', 'beta-77', 'gamma_5', 'alpha9beta', '9beta-7', 'x', '', ' ')
  const line = fc.array(word, { maxLength: 5 }).map((words) => words.join(''))
  // Calls secret: every word with a digit, and one stretch over two lines.
  const scan: ScanSecrets = (text) =>
    Promise.resolve(
      [...text.matchAll(/[a-z_-]*\d[a-z\d_-]{5,}|beta-77\nalpha9/g)].map((match) => ({
        start: match.index,
        end: match.index + match[0].length,
        kind: 'made-up',
      })),
    )
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 8 }), async (lines) => {
      const content = lines.join('\n')
      const original = changeOf(
        patchOf(
          'a.txt',
          lines.map((text) => `+${text}`),
        ),
        {},
        content,
      )
      const { change } = await redactChange(original, scan)
      const redacted = change.files[0]?.content?.split('\n') ?? []
      expect(redacted).toHaveLength(lines.length)
      for (const diffLine of change.files.flatMap(({ diff }) => diff.hunks.flatMap((hunk) => hunk.lines)))
        expect(diffLine.text).toBe(redacted[(lineNumberOn(diffLine, 'RIGHT') ?? 0) - 1])
      const pieces = (await scan(content, 'a.txt'))
        .flatMap(({ start, end }) => content.slice(start, end).split('\n'))
        .filter((piece) => piece.length >= 6)
      expect(pieces.filter((piece) => redacted.join('\n').includes(piece))).toEqual([])
    }),
  )
})

test('a secret in a guideline is replaced', async () => {
  const guidelines = [{ source: 'AGENTS.md', text: `Log in with ${token}.` }]
  const { change } = await redactChange(changeOf(patchOf('a.ts', ['+x']), { guidelines }), scanSecrets)
  expect(change.guidelines).toEqual([{ source: 'AGENTS.md', text: 'Log in with ‹secret:github-token›.' }])
})
