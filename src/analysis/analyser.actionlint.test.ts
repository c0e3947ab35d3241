import { beforeAll, describe, expect, test } from 'vitest'
import { openActionlint } from './analyser.actionlint.ts'
import { analyserContract, changedFile, checkAll, markedLines } from './analyser.contract.ts'

/** A workflow around the steps of one job. */
function workflow(...lines: readonly string[]): string {
  return [
    'on: pull_request_target',
    'jobs:',
    '  build:',
    '    runs-on: ubuntu-latest',
    '    steps:',
    '      - uses: actions/checkout@v4',
    ...lines.map((line) => `      ${line}`),
    '',
  ].join('\n')
}

analyserContract({
  open: openActionlint,
  mistake: {
    path: '.github/workflows/greet.yml',
    source: workflow('- run: echo "${{ github.event.pull_request.title }}" # <-- here'),
  },
  clean: {
    path: '.github/workflows/clean.yaml',
    source: workflow(
      '- run: echo "$TITLE"',
      '  env:',
      '    TITLE: ${{ github.event.pull_request.title }}',
      "- if: ${{ github.event.action == 'opened' }}",
      '  run: npm test',
    ),
  },
  uncovered: 'docs/greet.yml',
})

describe('mistakes', () => {
  const mistakes: readonly [string, string][] = [
    [
      'script-injection',
      workflow('- run: |', '    set -e', '    git checkout ${{ github.head_ref }} # <-- here'),
    ],
    ['broken-expression', workflow('- run: echo ${{ github.sha && }} # <-- here')],
    ['unknown-context-value', workflow('- run: echo ${{ steps.build.outputs.path }} # <-- here')],
    ['condition-always-true', workflow('- run: echo', '  if: ${{ github.actor }} == "me" # <-- here')],
    [
      'unknown-job',
      `${workflow('- run: echo')}  deploy: # <-- here\n    needs: [bild]\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo\n`,
    ],
    ['syntax-error', 'on: push\njobs: {\n  build: [ # <-- here\n'],
  ]
  const pathOf = (source: string): string =>
    `.github/workflows/${mistakes.findIndex((mistake) => mistake[1] === source)}.yml`
  let found: ReadonlyMap<string, string[]>
  beforeAll(async () => {
    found = await checkAll(openActionlint(), new Map(mistakes.map(([, source]) => [pathOf(source), source])))
  })

  test.each(mistakes)('%s is found on its line', (rule, source) => {
    expect(found.get(pathOf(source))).toEqual(markedLines(source).map((line) => `${rule}@${line}`))
  })
})

test('style, old versions and unknown runners are not its business', async () => {
  const found = await checkAll(
    openActionlint(),
    new Map([
      ['.github/workflows/old.yml', workflow('- uses: actions/checkout@v2', '- run: x=$(cat foo); echo $x')],
      ['.github/workflows/own.yml', workflow('- run: echo').replace('ubuntu-latest', 'our-own-runner')],
      ['.github/workflows/new.yml', workflow('- run: echo ${{ github.something_new }}')],
    ]),
  )
  expect([...found.values()]).toEqual([[], [], []])
})

test('hostile workflows end, and hide nothing of the others', async () => {
  const never = new AbortController().signal
  const bomb = `a: &a [x, x]\n${Array.from({ length: 30 }, (_, index) => `b${index}: &b${index} [*${index ? `b${index - 1}` : 'a'}, *${index ? `b${index - 1}` : 'a'}]`).join('\n')}\n`
  const files = [
    changedFile('.github/workflows/1.yml', bomb),
    changedFile('.github/workflows/2.yml', `a: ${'['.repeat(100_000)}`),
    changedFile('.github/workflows/3.yml', `on: push\n${'a: {'.repeat(5000)}`),
    changedFile('.github/workflows/4.yml', workflow('- run: echo ${{ github.head_ref }}')),
  ]
  const { findings } = await openActionlint().analyse(files, never)
  expect(findings.map(({ path, rule }) => `${path} ${rule}`)).toContain(
    '.github/workflows/4.yml script-injection',
  )
})
