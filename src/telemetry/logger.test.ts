import { expect, test } from 'vitest'
import { createLogger, type Logger, type LogLevel } from './logger.ts'

function logged(write: (log: Logger) => void, level: LogLevel = 'info'): string {
  let lines = ''
  write(createLogger(level, { write: (line) => (lines += line) }))
  return lines
}

test.each([
  'authorization',
  'token',
  'privateKey',
  'apiKey',
  'secret',
  'secrets',
  'password',
  'prompt',
  'code',
])('the value of %s never reaches a log, wherever it stands', (field) => {
  const lines = logged((log) => {
    log.info({ [field]: 'hunter2' }, 'top')
    log.info({ request: { [field]: 'hunter2' } }, 'one down')
    log.info({ [field]: ['hunter2'] }, 'a list')
    log.info({ requests: [{ headers: { [field]: 'hunter2' } }] }, 'deep down')
    log.child({ [field]: 'hunter2' }).info('a child')
  })
  expect(lines.trim().split('\n')).toHaveLength(5)
  expect(lines).not.toContain('hunter2')
  expect(lines).toContain('[redacted]')
})

test('a line is one JSON object with a readable level and time, however hostile its text', () => {
  const lines = logged((log) =>
    log.child({ delivery: 'a\n{"level":"error"}' }).warn({ run: 'b\r\n' }, 'said'),
  )
  expect(lines.trimEnd().split('\n')).toHaveLength(1)
  expect(lines).toMatch(/"time":"\d{4}-\d\d-\d\dT/)
  expect(JSON.parse(lines)).toMatchObject({
    level: 'warn',
    delivery: 'a\n{"level":"error"}',
    run: 'b\r\n',
    msg: 'said',
  })
})

test('what is below the level is not written', () => {
  expect(logged((log) => log.info('quiet'), 'warn')).toBe('')
})
