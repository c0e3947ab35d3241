import { describe, expect, test } from 'vitest'
import { CapturedOutput } from '../../test/captured-output.ts'
import { PermanentError } from '../base/errors.ts'
import { runProgram, type Commands } from './program.ts'

/** Runs the program with commands that only note how they were called. */
async function run(args: readonly string[], over: Partial<Commands> = {}) {
  const calls: unknown[][] = []
  const note =
    (name: string) =>
    (...given: unknown[]): Promise<number> => {
      calls.push([name, ...given])
      return Promise.resolve(0)
    }
  const commands: Commands = {
    start: note('start'),
    serve: note('serve'),
    work: note('work'),
    migrate: note('migrate'),
    review: note('review'),
    estimate: note('estimate'),
    replay: note('replay'),
    eval: note('eval'),
    evalHistory: note('evalHistory'),
    evalJudge: note('evalJudge'),
    doctor: note('doctor'),
    cache: note('cache'),
    deadLetters: note('dead-letters'),
    demo: note('demo'),
    ...over,
  }
  const terminal = { stdout: new CapturedOutput(), stderr: new CapturedOutput() }
  const code = await runProgram(args, commands, { version: '1.2.3', terminal })
  return { code, calls, stdout: terminal.stdout.text, stderr: terminal.stderr.text }
}

test.each(['start', 'serve', 'work', 'migrate'])(
  '%s is run, with the settings of a file that is named',
  async (name) => {
    expect(await run([name])).toMatchObject({ code: 0, calls: [[name, {}]], stdout: '', stderr: '' })
    expect((await run([name, '--env-file', '.env'])).calls).toEqual([[name, { envFile: '.env' }]])
  },
)

test('the exit code is that of the command', async () => {
  expect((await run(['doctor', '--json'])).calls).toEqual([['doctor', { json: true }]])
  expect((await run(['doctor'], { doctor: () => Promise.resolve(1) })).code).toBe(1)
})

test('a command that fails says why, as text alone', async () => {
  const start = () => Promise.reject(new PermanentError('the port \u001B[2J is taken'))
  expect(await run(['start'], { start })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'the port <U+001B>[2J is taken\n',
  })
})

test('the cache is counted, explained and purged', async () => {
  const request = async (...args: string[]) => (await run(['cache', ...args])).calls
  expect(await request('stats')).toEqual([['cache', { kind: 'stats', days: 30, json: false }, {}]])
  expect(await request('stats', '--days', '7', '--json', '--env-file', 'x')).toEqual([
    ['cache', { kind: 'stats', days: 7, json: true }, { envFile: 'x' }],
  ])
  expect(await request('explain', 'r')).toEqual([['cache', { kind: 'explain', run: 'r', json: false }, {}]])
  expect(await request('purge', '--all', '--yes')).toEqual([['cache', { kind: 'purge' }, {}]])
  expect(await request('purge', '--repository', 'octo/hello', '--yes')).toEqual([
    ['cache', { kind: 'purge', repository: 'octo/hello' }, {}],
  ])
})

test('an estimate is of a range or of a patch', async () => {
  expect((await run(['estimate'])).calls).toEqual([
    ['estimate', { source: { kind: 'local', folder: '.' }, json: false }, {}],
  ])
  expect(
    (await run(['estimate', '--base', 'main', '--head', 'x', '--repo', 'shop', '--json', '--env-file', 'e']))
      .calls,
  ).toEqual([
    [
      'estimate',
      { source: { kind: 'local', folder: 'shop', base: 'main', head: 'x' }, json: true },
      { envFile: 'e' },
    ],
  ])
  expect((await run(['estimate', '--diff', '-'])).calls).toEqual([
    ['estimate', { source: { kind: 'patch', file: '-' }, json: false }, {}],
  ])
  expect((await run(['estimate', '--diff', '-', '--base', 'main'])).code).toBe(2)
})

test('dead letters are listed, shown, replayed and discarded', async () => {
  const request = async (...args: string[]) => (await run(['dead-letters', ...args])).calls
  expect(await request('list')).toEqual([['dead-letters', { kind: 'list', limit: 50, json: false }, {}]])
  expect(await request('list', '--limit', '9', '--json', '--env-file', 'x')).toEqual([
    ['dead-letters', { kind: 'list', limit: 9, json: true }, { envFile: 'x' }],
  ])
  expect(await request('show', 'a')).toEqual([['dead-letters', { kind: 'show', id: 'a', json: false }, {}]])
  expect(await request('replay', 'a', 'b')).toEqual([
    ['dead-letters', { kind: 'replay', which: ['a', 'b'] }, {}],
  ])
  expect(await request('replay', '--all')).toEqual([['dead-letters', { kind: 'replay', which: 'all' }, {}]])
  expect(await request('discard', '--all', '--yes')).toEqual([
    ['dead-letters', { kind: 'discard', which: 'all' }, {}],
  ])
})

test('the demo gets all arguments as they are', async () => {
  const args = ['--once', '--json', 'x', '--', '-h']
  expect((await run(['demo', ...args])).calls).toEqual([['demo', args]])
  expect((await run(['demo', '--help'])).calls).toEqual([['demo', ['--help']]])
})

describe('help', () => {
  test('names every command, and is asked for', async () => {
    const { code, stdout, stderr } = await run(['--help'])
    for (const name of [
      'start',
      'serve',
      'work',
      'review',
      'replay',
      'eval',
      'doctor',
      'cache',
      'dead-letters',
      'migrate',
      'demo',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
    }
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('of a command has its options, examples and exit codes', async () => {
    for (const args of [
      ['review', '--help'],
      ['help', 'review'],
    ]) {
      const { code, stdout, calls } = await run(args)
      expect({ code, calls }).toEqual({ code: 0, calls: [] })
      expect(stdout).toContain('--fail-on <severity>')
      expect(stdout).toContain('Exit codes: 0 clean, 1 findings')
      expect(stdout).toContain('git diff --staged | lorgnette review --diff -')
    }
  })

  test('of dead letters names what can be done with them', async () => {
    const { code, stdout } = await run(['dead-letters', '--help'])
    for (const name of ['list', 'show', 'replay', 'discard'])
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
    expect(stdout).toContain('Exit codes: 0 done')
    expect(code).toBe(0)
    expect((await run(['dead-letters', 'discard', '--help'])).stdout).toContain('--yes')
  })

  test('the version is printed', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: '1.2.3\n' })
  })
})

describe('a command line that cannot be understood ends with 2, says why, and runs nothing', () => {
  test.each([
    [[], 'Usage: lorgnette'],
    [['reveiw'], 'Did you mean review?'],
    [['start', 'now'], 'too many arguments'],
    [['review', '--fail-one', 'high'], 'Did you mean --fail-on?'],
    [['review', '--fail-on', 'terrible'], 'Allowed choices are critical, high, medium, low'],
    [['review', '--format', 'xml'], 'Allowed choices are text, json, sarif'],
    [['review', '--base'], 'argument missing'],
    [['review', '--diff', 'x.patch', '--base', 'main'], 'cannot be used with'],
    [['review', '--pr', 'acme/shop#1', '--diff', 'x.patch'], 'cannot be used with'],
    [['review', '--pr', 'acme/shop#1', '--repo', '.'], 'cannot be used with'],
    [['review', '--pr', 'shop'], 'Expected owner/repo#number'],
    [['review', '--pr', 'acme/shop#0'], 'Expected owner/repo#number'],
    [['review', '--pr', 'acme/..#1'], 'Expected owner/repo#number'],
    [['cache', 'explain'], "missing required argument 'run'"],
    [['cache', 'purge', '--yes'], "name a '--repository', or '--all'"],
    [['cache', 'purge', '--all', '--repository', 'a/b', '--yes'], "name a '--repository', or '--all'"],
    [['cache', 'purge', '--all'], "needs '--yes'"],
    [['dead-letters'], 'Usage: lorgnette dead-letters'],
    [['dead-letters', 'lst'], 'Did you mean list?'],
    [['dead-letters', 'list', '--limit', '0'], 'Expected a number from 1 to 9999'],
    [['dead-letters', 'show'], "missing required argument 'id'"],
    [['dead-letters', 'replay'], "name the ids of dead letters, or '--all'"],
    [['dead-letters', 'replay', 'a', '--all'], 'cannot be used with ids'],
    [['dead-letters', 'discard', '--all'], "needs '--yes'"],
    [['eval'], "'--dataset <dir>' or '--from-history <repo>' is needed"],
    [['eval', '--dataset', 'x', '--from-history', '.'], 'cannot be used with'],
    [['eval', '--dataset', 'x', '--runs', '0'], 'Expected a whole number from 1 on'],
    [['eval', 'judge'], "required option '--calibration <dir>'"],
    [['replay'], "missing required argument 'dir'"],
    [['review', '--post'], "needs '--pr <owner/repo#number>'"],
  ])('%j: %s', async (args, message) => {
    const { code, calls, stdout, stderr } = await run(args)
    expect(stderr).toContain(message)
    expect({ code, calls, stdout }).toEqual({ code: 2, calls: [], stdout: '' })
  })
})

test('a review may be recorded, and replayed', async () => {
  expect((await run(['review', '--record', 'last'])).calls).toMatchObject([
    ['review', { record: 'last' }, {}],
  ])
  const replay = { folder: 'last', collect: false, format: 'json', failOn: 'high', color: true }
  const args = ['replay', 'last', '--format', 'json', '--fail-on', 'high']
  expect((await run(args)).calls).toEqual([['replay', replay]])
  expect((await run([...args, '--collect'])).calls).toEqual([['replay', { ...replay, collect: true }]])
})

describe('an evaluation', () => {
  const defaults = { runs: 1, concurrency: 2, record: '.lorgnette/eval', collect: false }

  test('takes its models and its effort over those of the settings', async () => {
    const args = ['--model', 'openai/a', '--judge', 'openai/b', '--effort', 'deep', '--env-file', '.env']
    const { calls } = await run(['eval', '--dataset', 'cases', ...args])
    const models = { model: 'openai/a', judge: 'openai/b', effort: 'deep', envFile: '.env' }
    expect(calls).toEqual([['eval', { ...defaults, dataset: 'cases' }, models]])
  })

  test('may be of some cases, several times, without a judge, by hand', async () => {
    const args = ['--cases', 'a, b', '--runs', '3', '--no-judge', '--collect', '--record', 'r', '--json', 'j']
    expect((await run(['eval', '--dataset', 'cases', ...args])).calls).toEqual([
      [
        'eval',
        { ...defaults, dataset: 'cases', cases: ['a', 'b'], runs: 3, collect: true, record: 'r', json: 'j' },
        { judge: false },
      ],
    ])
  })

  test('may have its cases from the history of a repository', async () => {
    const { calls } = await run(['eval', '--from-history', 'shop', '--limit', '9'])
    expect(calls).toEqual([['evalHistory', { repository: 'shop', out: '.lorgnette/history', limit: 9 }]])
  })

  test('of a judge has options of its own', async () => {
    const args = ['--calibration', 'others', '--limit', '5', '--judge', 'openai/b', '--json', 'j']
    const { runs: _runs, ...asking } = defaults
    expect((await run(['eval', 'judge', ...args])).calls).toEqual([
      ['evalJudge', { ...asking, calibration: 'others', limit: 5, json: 'j' }, { judge: 'openai/b' }],
    ])
  })
})

describe('what is reviewed', () => {
  const request = async (...args: string[]) => (await run(['review', ...args])).calls[0]?.[1]
  const defaults = { format: 'text', color: true }

  test('is the current folder unless told', async () => {
    expect(await request()).toEqual({ ...defaults, source: { kind: 'local', folder: '.' } })
  })

  test('may be any range of any repository', async () => {
    const args = ['--repo', '../shop', '--base', 'main', '--head', 'v2', '--fail-on', 'high', '--no-color']
    expect(await request(...args)).toEqual({
      format: 'text',
      color: false,
      failOn: 'high',
      source: { kind: 'local', folder: '../shop', base: 'main', head: 'v2' },
    })
  })

  test('may be a patch', async () => {
    expect(await request('--diff', '-', '--format', 'json')).toEqual({
      format: 'json',
      color: true,
      source: { kind: 'patch', file: '-' },
    })
  })

  test.each([
    'acme/shop#12',
    'https://github.com/acme/shop/pull/12',
    'https://github.com/acme/shop/pull/12/files#diff-1',
    'https://ghe.example/acme/shop/pull/12',
  ])('may be the pull request %s', async (name) => {
    const source = { kind: 'pull-request', repository: 'acme/shop', number: 12 }
    expect(await request('--pr', name)).toEqual({ ...defaults, source: { ...source, post: false } })
    expect(await request('--pr', name, '--post')).toEqual({ ...defaults, source: { ...source, post: true } })
  })
})
