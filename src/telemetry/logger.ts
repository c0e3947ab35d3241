import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino'

/** Logs are facts for a query: a constant message, the changing parts as fields, ids on child loggers. */
export type Logger = PinoLogger

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/** Fields whose values never reach a log: wherever they stand in a logged object, and among what a child logger carries. */
const SECRET_FIELDS = [
  'authorization',
  'token',
  'privateKey',
  'apiKey',
  'secret',
  'secrets',
  'password',
  'prompt',
  'code',
]

const isSecret: ReadonlySet<string> = new Set(SECRET_FIELDS)
const REDACTED = '[redacted]'

/** Deeper than this nothing is logged at all: so nothing hides there, and a cycle ends. */
const MAX_DEPTH = 5

/** A logger of JSON lines: to the standard output, or to `destination`. `error` means that a person must act now. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      // The library's own redaction knows fixed depths, and below the top it takes longer than the rest of a line.
      log: redactFields,
    },
    redact: { paths: SECRET_FIELDS, censor: REDACTED },
  }
  return destination ? pino(options, destination) : pino(options)
}

function redactFields(fields: object, depth = 0): Record<string, unknown> {
  const redacted: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    redacted[name] = isSecret.has(name) ? REDACTED : redact(value, depth + 1)
  }
  return redacted
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) return '[deep]'
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  // Errors, dates and the like know best how they are written.
  return Object.getPrototypeOf(value) === Object.prototype ? redactFields(value, depth) : value
}
