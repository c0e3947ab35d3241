import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino'

/** Logs are facts for a query: a constant message, the changing parts as fields, ids on child loggers. */
export type Logger = PinoLogger

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/** Fields whose values never reach a log, at the top level or one level down. */
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

/** A logger of JSON lines: to the standard output, or to `destination`. `error` means that a person must act now. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  }
  return destination ? pino(options, destination) : pino(options)
}
