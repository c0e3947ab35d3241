import type { Language } from './language.ts'

/** Longer lines are data or built code: nothing is looked for in them. */
export const LONGEST_LINE = 2_000

/**
 * The lines with a blank for every character that is in a comment or between the quotes of a string, so that what is left
 * is code. Every line keeps its length, but one above `LONGEST_LINE`, which becomes empty. No parser: one pass may take
 * text for code within a line, such as an apostrophe in JSX.
 */
export function maskCode(lines: readonly string[], language: Language): MaskedLine[] {
  /** What ends each open string or comment, and the brackets that opened code within one; the innermost last. */
  const open: string[] = []
  return lines.map((line) => {
    const beginsInText = open.length > 0 && !isCode(open.at(-1))
    return { code: line.length > LONGEST_LINE ? '' : maskLine(line, language, open), beginsInText }
  })
}

export interface MaskedLine {
  readonly code: string
  /** Whether a string or comment from above goes on here: then the indentation of the line says nothing. */
  readonly beginsInText: boolean
}

function isCode(inside: string | undefined): boolean {
  return inside === undefined || inside === '${' || inside === '{'
}

function maskLine(line: string, language: Language, open: string[]): string {
  // Most lines have neither text nor comment.
  if (open.length === 0 && !/["'`/#]/.test(line)) return line
  let masked = ''
  let at = 0
  const blank = (end: number): void => {
    masked += ' '.repeat(end - at)
    at = end
  }
  /** Quotes stay, so that a line with nothing but a string is not an empty one; the signs of a comment do not. */
  const keep = (delimiter: string): void => {
    if (delimiter.includes('*')) return blank(at + delimiter.length)
    masked += delimiter
    at += delimiter.length
  }
  while (at < line.length) {
    const inside = open.at(-1)
    if (inside !== undefined && !isCode(inside)) {
      const end = endOfText(line, at, inside, language)
      blank(end.at)
      if (end.kind === 'code') open.push('${')
      if (end.kind === 'end') {
        open.pop()
        keep(inside)
      }
      continue
    }
    const opened = opensAt(line, at, language)
    if (opened?.kind === 'comment') {
      blank(line.length)
    } else if (opened?.kind === 'long') {
      open.push(opened.end)
      keep(opened.start)
    } else if (opened?.kind === 'short') {
      keep(opened.quote)
      blank(opened.closesAt)
      keep(opened.quote)
    } else {
      const character = line.charAt(at)
      // Braces within `${…}` count, so that its end is told from theirs; that end is no bracket of the code.
      if (inside !== undefined && character === '{') open.push('{')
      if (inside !== undefined && character === '}') open.pop()
      masked += inside === '${' && character === '}' ? ' ' : character
      at++
    }
  }
  return masked
}

type Opened =
  | { readonly kind: 'comment' }
  | { readonly kind: 'long'; readonly start: string; readonly end: string }
  | { readonly kind: 'short'; readonly quote: string; readonly closesAt: number }

function opensAt(line: string, at: number, language: Language): Opened | undefined {
  const character = line.charAt(at)
  if (!'"\'`/#'.includes(character)) return undefined
  const { blockComment, longStrings, lineComments } = language
  if (blockComment && line.startsWith(blockComment[0], at))
    return { kind: 'long', start: blockComment[0], end: blockComment[1] }
  if (lineComments.some((start) => line.startsWith(start, at))) return { kind: 'comment' }
  const long = longStrings.find((start) => line.startsWith(start, at))
  if (long !== undefined) return { kind: 'long', start: long, end: long }
  if (character === '"' || character === "'") return shortString(line, at, character)
  if (character === '/' && language.likeJavaScript && mayStartPattern(line, at)) return pattern(line, at)
  return undefined
}

/** A quote without another one in its line is an apostrophe, or the mark of a lifetime. */
function shortString(line: string, at: number, quote: string): Opened | undefined {
  for (let end = at + 1; end < line.length; end++) {
    if (line[end] === '\\') end++
    else if (line[end] === quote) return { kind: 'short', quote, closesAt: end }
  }
  return undefined
}

/** After a value a slash divides. */
function mayStartPattern(line: string, at: number): boolean {
  const before = line.slice(Math.max(0, at - 20), at).trimEnd()
  return before === '' || /[(,=:[!&|?{};+\-*%<>~^]$|\b(?:return|typeof|case|in|of)$/.test(before)
}

function pattern(line: string, at: number): Opened | undefined {
  let inClass = false
  for (let end = at + 1; end < line.length; end++) {
    const character = line[end]
    if (character === '\\') end++
    else if (character === '[') inClass = true
    else if (character === ']') inClass = false
    else if (character === '/' && !inClass) return { kind: 'short', quote: '/', closesAt: end }
  }
  return undefined
}

/** Where what ends the text that began before stands, or where code begins within it; the end of the line when neither is in it. */
function endOfText(
  line: string,
  from: number,
  end: string,
  { likeJavaScript }: Language,
): { readonly at: number; readonly kind: 'end' | 'code' | 'open' } {
  for (let at = from; at < line.length; at++) {
    if (line.startsWith(end, at)) return { at, kind: 'end' }
    if (end !== '*/' && line[at] === '\\') at++
    else if (likeJavaScript && end === '`' && line.startsWith('${', at)) return { at: at + 2, kind: 'code' }
  }
  return { at: line.length, kind: 'open' }
}
