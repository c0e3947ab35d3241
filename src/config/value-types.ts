import { z } from 'zod'
import { microDollars, type MicroDollars } from '../budget/money.ts'
import type { ValueType } from './setting.ts'

/** Any text that is not blank. */
export function text(expected: string): ValueType<string> {
  return { schema: z.string(), expected }
}

export function matching(pattern: RegExp, problem: string, expected: string): ValueType<string> {
  return { schema: z.string().regex(pattern, problem), expected }
}

/** A password that people choose. */
export function password(minLength: number): ValueType<string> {
  return {
    schema: z.string().min(minLength, 'is too short'),
    expected: `at least ${minLength} characters`,
  }
}

/** `true` or `false`, and nothing that only looks like it. */
export const flag: ValueType<boolean> = {
  schema: z.enum(['true', 'false'], 'is neither true nor false').transform((word) => word === 'true'),
  expected: '`true` or `false`',
}

export function oneOf<const Word extends string>(words: readonly Word[]): ValueType<Word> {
  return {
    schema: z.string().pipe(z.enum(words, 'is none of the known words')),
    expected: words.map((word) => `\`${word}\``).join(', '),
  }
}

/** A whole number, both bounds included. */
export function integer(min: number, max: number): ValueType<number> {
  return {
    schema: z
      .string()
      .regex(/^-?\d{1,15}$/, 'is not a whole number')
      .transform(Number)
      .pipe(between(min, max)),
    expected: `a whole number from ${min} to ${max}`,
  }
}

/** As `integer`, or `off`, read as Infinity. */
export function limit(min: number, max: number): ValueType<number> {
  return {
    schema: z
      .string()
      .regex(/^(?:off|-?\d{1,15})$/, 'is neither a whole number nor off')
      .transform((text) => (text === 'off' ? Infinity : Number(text)))
      .refine((value) => value >= min, 'is too small')
      .refine((value) => value <= max || value === Infinity, 'is too large'),
    expected: `a whole number from ${min} to ${max}, or \`off\``,
  }
}

/** A number with or without decimals, both bounds included. */
export function decimal(min: number, max: number): ValueType<number> {
  return {
    schema: z
      .string()
      .regex(/^-?\d{1,9}(?:\.\d{1,9})?$/, 'is not a number')
      .transform(Number)
      .pipe(between(min, max)),
    expected: `a number from ${min} to ${max}`,
  }
}

/** An amount in US dollars, with or without its sign; read in millionths. Both bounds, in dollars, are included. */
export function money(min: number, max: number): ValueType<MicroDollars> {
  return {
    schema: z
      .string()
      .regex(/^\$?-?\d{1,9}(?:\.\d{1,6})?$/, 'is not an amount in dollars')
      .transform((text) => Number(text.replace('$', '')))
      .pipe(between(min, max))
      .transform((dollars) => microDollars(dollars * 1_000_000)),
    expected: `US dollars such as \`0.50\`, from ${min} to ${max}`,
  }
}

const durationUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** A time span with its unit, read as milliseconds. The bounds, both included, are written the same way. */
export function duration(min: Measure<'ms' | 's' | 'm' | 'h'>, max: Measure<'ms' | 's' | 'm' | 'h'>) {
  return measure(durationUnits, 'is not a time span with a unit', '`500ms`, `30s`, `5m` or `2h`', min, max)
}

const sizeUnits = { B: 1, kB: 1_000, MB: 1_000_000 }

/** A number of bytes with its unit, in powers of 1000. The bounds, both included, are written the same way. */
export function size(min: Measure<'B' | 'kB' | 'MB'>, max: Measure<'B' | 'kB' | 'MB'>) {
  return measure(sizeUnits, 'is not a size with a unit', '`900B`, `400kB` or `25MB`', min, max)
}

/** Words between commas; blanks around them do not count. */
export const list: ValueType<readonly string[]> = {
  schema: z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .pipe(z.array(z.string().min(1, 'has an empty entry'))),
  expected: 'one or several, with commas between them',
}

/** An address of a server: without user, password, query or fragment; read without a slash at its end. */
export function httpUrl(expected: string): ValueType<string> {
  return {
    schema: z.string().transform((text, context) => {
      const url = URL.canParse(text) ? new URL(text) : undefined
      if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
        context.addIssue('is not an http(s) address')
      } else if (url.username || url.password || url.search || url.hash) {
        context.addIssue('has a user, query or fragment in it')
      }
      return text.replace(/\/+$/, '')
    }),
    expected,
  }
}

/** An address of a service; it may hold a password. */
export function serviceUrl(protocols: readonly string[], expected: string): ValueType<string> {
  return {
    schema: z
      .string()
      .refine(
        (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
        `is not a ${protocols[0]}// address`,
      ),
    expected,
  }
}

function between(min: number, max: number): z.ZodType<number, number> {
  return z.number().min(min, 'is too small').max(max, 'is too large')
}

type Measure<Unit extends string> = `${number}${Unit}`

/** A whole number with one of the units, read as a number of the smallest one. */
function measure<Unit extends string>(
  units: Readonly<Record<Unit, number>>,
  problem: string,
  examples: string,
  min: Measure<Unit>,
  max: Measure<Unit>,
): ValueType<number> {
  const known = new Map<string, number>(Object.entries(units))
  const read = (text: string): number => {
    const [, amount, unit] = /^(\d{1,12})([A-Za-z]+)$/.exec(text) ?? []
    return Number(amount) * (known.get(unit ?? '') ?? Number.NaN)
  }
  return {
    schema: z
      .string()
      .refine((text) => !Number.isNaN(read(text)), problem)
      .transform(read)
      .pipe(between(read(min), read(max))),
    expected: `such as ${examples}, from ${min} to ${max}`,
  }
}
