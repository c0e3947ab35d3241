import type { Source } from './source.ts'

/** A function, method, class, type or constant. Lines are counted from 0; `end` is the first one behind it. */
export interface Definition {
  readonly name: string
  readonly kind: 'callable' | 'type' | 'value'
  /** Where its decorators and the comment above it begin. */
  readonly start: number
  /** Where it has its name. */
  readonly header: number
  /** The first line behind its signature. */
  readonly body: number
  readonly end: number
}

type Kind = Definition['kind']

/** A longer one is no longer read to its end. */
const LONGEST_DEFINITION = 5_000
const LONGEST_SIGNATURE = 30
const LONGEST_HEADER = 400
/** So far above a line its definitions are looked for. */
const FARTHEST_HEADER = 3_000
/** Decorators and the last lines of a comment. */
export const LONGEST_PREAMBLE = 8

/** What was looked for in a file once, by line: lines are asked about again and again. */
interface Seen {
  readonly names: Map<number, Named | undefined>
  readonly definitions: Map<number, Definition | undefined>
}
const seenIn = new WeakMap<Source, Seen>()

function seen(source: Source): Seen {
  const known = seenIn.get(source) ?? { names: new Map(), definitions: new Map() }
  seenIn.set(source, known)
  return known
}

function remembered<Value>(known: Map<number, Value>, line: number, find: () => Value): Value {
  if (known.has(line)) return known.get(line) as Value // it has one
  const value = find()
  known.set(line, value)
  return value
}

/** The definition whose name stands on the line; undefined for every other line. */
export function definitionOn(source: Source, line: number): Definition | undefined {
  return remembered(seen(source).definitions, line, () => findDefinition(source, line))
}

function findDefinition(source: Source, line: number): Definition | undefined {
  const named = nameOn(source, line)
  if (!named) return undefined
  const end = endOf(source, line)
  return {
    ...named,
    start: startOf(source, line),
    header: line,
    body: Math.min(end, bodyOf(source, line)),
    end,
  }
}

/** The name that the line defines, at less cost than the whole definition. */
export function nameOnLine(source: Source, line: number): string | undefined {
  return nameOn(source, line)?.name
}

/** The definitions that the line is in, the outermost first; one that begins on the line is the last of them. */
export function definitionsAround(source: Source, line: number): Definition[] {
  const found: Definition[] = []
  const own = definitionOn(source, line)
  if (own) found.unshift(own)
  let indent = indentAround(source, line)
  /** At the same indentation only the nearest can hold the line: its signature may go over lines, `#if` may stand there. */
  let triedIndent = own ? indent : Infinity
  for (
    let above = line - 1;
    above >= Math.max(0, line - FARTHEST_HEADER) && (indent > 0 || triedIndent > 0);
    above--
  ) {
    const here = source.indents[above] ?? -1
    if (here === -1 || here > indent || here >= triedIndent || startsWithBracket(source, above)) continue
    const named = nameOn(source, above)
    if (named) {
      triedIndent = here
      const definition = definitionOn(source, above)
      if (definition && definition.end > line) found.unshift(definition)
    }
    // A label, a directive or text at the left edge is around nothing.
    if (here < indent && !/^\s*(?:#|\w+:\s*$)/.test(source.code[above] ?? '')) indent = here
  }
  return found
}

/** Of an empty line, that of the code below it, or above it when the block ends here. */
function indentAround({ indents }: Source, line: number): number {
  for (let at = line; at < Math.min(indents.length, line + 50); at++) {
    const indent = indents[at] ?? -1
    if (indent !== -1) return indent
  }
  return 1_000
}

function startsWithBracket(source: Source, line: number): boolean {
  return /^\s*[)\]}{]/.test(source.code[line] ?? '')
}

/** The line behind the block that begins on `header`. */
function endOf(source: Source, header: number): number {
  return blockEnd(source, header, true) ?? blockEnd(source, header, false) ?? header + 1
}

/**
 * A block goes on while its brackets are open, or while lines are deeper than its first; brackets and `end` at its own
 * indentation belong to it. Undefined when brackets count and do not close: then some text was taken for code.
 */
function blockEnd(source: Source, header: number, bracketsCount: boolean): number | undefined {
  const { code, indents, depths, language } = source
  const indent = indents[header] ?? 0
  const depth = depths[header] ?? 0
  const last = Math.min(code.length, header + LONGEST_DEFINITION)
  const closing = language.name === 'hash' ? /^\s*(?:[)\]}{]|end\b)/ : /^\s*[)\]}{]/
  let end = header + 1
  for (let line = header + 1; line < last; line++) {
    const here = indents[line] ?? -1
    if (here === -1) {
      // The last line of a docstring.
      if (code[line]?.trim()) end = line + 1
      continue
    }
    const isOpen = bracketsCount && (depths[line] ?? 0) > depth
    const closes = here === indent && closing.test(code[line] ?? '')
    if (!isOpen && here <= indent && !closes) return end
    end = line + 1
    if (closes && /^\s*[}e]/.test(code[line] ?? '') && !isOpenAfter(source, line, depth)) return end
  }
  const neverCloses = bracketsCount && last === code.length && isOpenAfter(source, last - 1, depth)
  return neverCloses ? undefined : end
}

function isOpenAfter({ code, depths }: Source, line: number, depth: number): boolean {
  const next = depths[line + 1]
  if (next !== undefined) return next > depth
  let open = depths[line] ?? 0
  for (const character of code[line] ?? '') {
    if ('([{'.includes(character)) open++
    else if (')]}'.includes(character)) open--
  }
  return open > depth
}

/** The line behind the brackets of the signature, and behind a `{` on a line of its own. */
function bodyOf(source: Source, header: number): number {
  const { code } = source
  let depth = 0
  for (let line = header; line < Math.min(code.length, header + LONGEST_SIGNATURE); line++) {
    for (const character of code[line] ?? '') {
      if (character === '(' || character === '[') depth++
      else if (character === ')' || character === ']') depth--
    }
    if (depth <= 0) return /^\s*\{\s*$/.test(code[line + 1] ?? '') ? line + 2 : line + 1
  }
  return header + 1
}

/** Decorators, attributes and the comment right above, at the same indentation. */
function startOf({ lines, code }: Source, header: number): number {
  let start = header
  while (start > 0 && header - start < LONGEST_PREAMBLE) {
    const above = lines[start - 1] ?? ''
    const isDecorator = /^\s*(?:@[\w.]|#\[|\[[A-Z])/.test(code[start - 1] ?? '')
    const isComment = above.trim() !== '' && (code[start - 1] ?? '').trim() === ''
    if (!isDecorator && !isComment) break
    start--
  }
  return start
}

interface Named {
  readonly name: string
  readonly kind: Kind
}

function nameOn(source: Source, line: number): Named | undefined {
  return remembered(seen(source).names, line, () => findName(source, line))
}

function findName(source: Source, line: number): Named | undefined {
  const code = (source.code[line] ?? '').trim()
  if (code.length < 4 || code.length > LONGEST_HEADER) return undefined
  switch (source.language.name) {
    case 'python':
      return pythonName(source, code, line)
    case 'javascript':
      return javascriptName(source, code, line)
    case 'c-like':
    case 'hash':
      return neutralName(source, code, line)
  }
}

function pythonName(source: Source, code: string, line: number): Named | undefined {
  const [, word, name] = /^(?:async\s+)?(def|class)\s+(\w+)/.exec(code) ?? []
  if (name !== undefined) return { name, kind: word === 'def' ? 'callable' : 'type' }
  if (source.depths[line] !== 0 || source.indents[line] !== 0) return undefined
  const [, value] = /^([A-Za-z_]\w*)\s*(?::[^=]{1,200})?=(?!=)/.exec(code) ?? []
  return value === undefined ? undefined : { name: value, kind: 'value' }
}

const modifiers = String.raw`(?:(?:export|default|declare|public|private|protected|static|abstract|async|override|readonly|get|set)\s+){0,6}`
const javascriptForms: readonly (readonly [kind: Kind, form: RegExp, where?: 'top' | 'inside'])[] = [
  ['callable', new RegExp(String.raw`^${modifiers}function\s*\*?\s*([\w$]+)`)],
  ['type', new RegExp(String.raw`^${modifiers}(?:class|interface|enum|namespace)\s+([\w$]+)`)],
  ['type', new RegExp(String.raw`^${modifiers}type\s+([\w$]+)[^=]{0,200}=`)],
  [
    'callable',
    new RegExp(
      String.raw`^${modifiers}(?:const|let|var)\s+([\w$]+).{0,200}?=\s*(?:async\b|function\b|\(|<|[\w$]+\s*=>)`,
    ),
  ],
  ['value', /^(?:export\s+)?(?:declare\s+)?(?:const|let|var)\s+([\w$]+)/, 'top'],
  ['callable', /^(?:module\.)?exports\.([\w$]+)\s*=/],
  ['callable', /^[\w$.]{1,80}\.([\w$]+)\s*=\s*(?:async\s+)?function\b/],
  ['callable', /^([\w$]+)\s*:\s*(?:async\s*)?(?:function\b|\([^)]{0,200}\)\s*(?::[^=]{0,80})?=>)/],
  [
    'callable',
    new RegExp(
      String.raw`^${modifiers}([\w$#]+)\s*(?::[^=]{0,200})?=\s*(?:async\s*)?\([^)]{0,200}\)\s*(?::[^=]{0,80})?=>`,
    ),
    'inside',
  ],
]

function javascriptName(source: Source, code: string, line: number): Named | undefined {
  const isTop = source.indents[line] === 0
  for (const [kind, form, where] of javascriptForms) {
    if ((where === 'top' && !isTop) || (where === 'inside' && isTop)) continue
    const [, name] = form.exec(code) ?? []
    // `const x = (a + b)` is a value like any other, and a local one no definition.
    if (
      name !== undefined &&
      (kind !== 'callable' || !/=\s*[(<]/.test(code) || /=>|=\s*[(<][^)]*$/.test(code))
    )
      return { name, kind }
  }
  const [, name] = (isTop ? undefined : methodHead.exec(code)) ?? []
  if (name === undefined || isStatement.test(name)) return undefined
  return opensBlock(source, line) ? { name, kind: 'callable' } : undefined
}

const methodHead = new RegExp(String.raw`^${modifiers}\*?\s*#?([\w$]+)\s*(?:<[^>(]{0,100}>)?\(`)
const isStatement =
  /^(?:if|for|while|switch|catch|with|function|return|await|super|using|lock|foreach|elseif|when|match|synchronized|new|throw|fixed|sizeof|else|do|case)$/

const neutralForms: readonly (readonly [Kind, RegExp])[] = [
  [
    'type',
    /^(?:[\w@()]+\s+){0,6}?(?:class|interface|struct|enum|trait|protocol|record|object|module|namespace|union)\s+([\w$]+)/,
  ],
  ['type', /^type\s+([\w$]+)/],
  [
    'callable',
    /^(?:[\w@()]+\s+){0,6}?(?:fn|func|fun|def|sub|function)\s+(?:\([^)]{0,100}\)\s*)?(?:self\.)?([\w$]+[?!]?)/,
  ],
  ['value', /^(?:[\w]+\s+){0,4}?(?:const|define)\s+([A-Z][\w$]+)/],
  ['callable', /^([\w-]+)\s*\(\)\s*\{/],
]
const typedHead = /^(?:[\w<>,[\]?.*&:]+\s+){1,6}[*&]{0,2}(?:[\w]+::){0,4}~?([\w]+)\s*\(/

function neutralName(source: Source, code: string, line: number): Named | undefined {
  for (const [kind, form] of neutralForms) {
    const [, name] = form.exec(code) ?? []
    if (name !== undefined) return { name, kind }
  }
  if (source.language.name === 'hash') return undefined
  const [, name] = typedHead.exec(code) ?? []
  if (name === undefined || isStatement.test(name)) return undefined
  if (/^(?:return|new|throw|else|await|case|delete|goto|yield)\b/.test(code)) return undefined
  return opensBlock(source, line) ? { name, kind: 'callable' } : undefined
}

/** Whether what stands behind the first brackets of a line is a block: the difference of a method from a call. */
function opensBlock({ code }: Source, header: number): boolean {
  let depth = 0
  for (let line = header; line < Math.min(code.length, header + LONGEST_SIGNATURE); line++) {
    const text = code[line] ?? ''
    for (let at = 0; at < text.length; at++) {
      if (text[at] === '(') depth++
      else if (text[at] === ')' && --depth === 0) {
        const rest = text.slice(at + 1) + (code[line + 1] ?? '').trimStart().slice(0, 2)
        return /^[^;=(){}]{0,200}\{/.test(rest)
      }
    }
  }
  return false
}
