import { estimateTokens } from '../estimate-tokens.ts'
import type { Unit } from '../units.ts'
import { INSTRUCTION_TOKENS, type Guideline } from './guideline.ts'
import { matchesGlob } from './matches-glob.ts'

/** What it wrote for everybody is shown in the measure of the unit, where it speaks of it: two sentences at least. */
const PROSE = { share: 0.1, atLeast: 80, atMost: 400 } as const

/** Words by which a sentence makes a rule of itself. */
const rule = /\b(?:must|never|always|do not|don't|avoid|required?|forbidden|only|ensure|should)\b/i

/**
 * The guidelines that a unit should be read with, as text: the instructions for its path, and of prose the paragraphs and
 * list items that make a rule about something that the unit has, too; empty when there are none. The same for the same unit and guidelines.
 */
export function rulesFor(unit: Unit, guidelines: readonly Guideline[] = []): string {
  const own = guidelines.filter(({ source, paths }) => source.endsWith('.yml') && applies(paths, unit.path))
  const instructions = fitting(
    own.map(({ text }) => text.trim()),
    INSTRUCTION_TOKENS,
  )
  const words = wordsOf(`${unit.path}\n${changedText(unit)}`)
  const told = guidelines
    .filter(({ source }) => !source.endsWith('.yml'))
    .flatMap(rulesIn)
    .map(({ block, words: own }, index) => ({
      block,
      index,
      shared: own.filter((word) => words.has(word)).length,
    }))
    .filter(({ shared }) => shared > 0)
    .toSorted((a, b) => b.shared - a.shared || a.index - b.index)
  const budget = Math.min(PROSE.atMost, Math.max(PROSE.atLeast, unit.estimatedTokens * PROSE.share))
  const chosen = new Set(
    fitting(
      told.map(({ block }) => block),
      budget,
    ),
  )
  const prose = told.filter(({ block }) => chosen.has(block)).toSorted((a, b) => a.index - b.index)
  const rules = [...instructions, ...prose.map(({ block }) => block)]
  return rules.length === 0 ? '' : ['Rules of the project:', ...rules].join('\n')
}

function applies(paths: readonly string[] | undefined, path: string): boolean {
  return paths === undefined || paths.some((pattern) => matchesGlob(path, pattern))
}

/** As many as fit, in their order; one that does not is left out whole. */
function fitting(texts: readonly string[], budget: number): string[] {
  let left = budget
  return texts.filter((text) => {
    const tokens = estimateTokens(text)
    if (tokens > left) return false
    left -= tokens
    return true
  })
}

interface Rule {
  readonly block: string
  readonly words: readonly string[]
}

/** Many units are read with the same guidelines. */
const known = new WeakMap<Guideline, readonly Rule[]>()

function rulesIn(guideline: Guideline): readonly Rule[] {
  const rules =
    known.get(guideline) ??
    blocksOf(guideline.text)
      .filter((block) => rule.test(block))
      .map((block) => ({ block, words: [...wordsOf(block)] }))
  known.set(guideline, rules)
  return rules
}

/** Paragraphs and list items; no headings, tables, or blocks of code, which say how to build. */
function blocksOf(text: string): string[] {
  return text
    .replaceAll(/^(?:```|~~~)[^]*?^(?:```|~~~)[^\n]*$/gm, '')
    .split(/\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)/)
    .map((block) => block.replaceAll(/\s+/g, ' ').trim())
    .filter((block) => block !== '' && !/^[#|<]/.test(block))
}

function changedText({ hunks }: Unit): string {
  return hunks
    .flatMap(({ lines }) => lines.flatMap(({ kind, text }) => (kind === 'added' ? [text] : [])))
    .join('\n')
}

/** Words of four letters and more, also the parts of names; shorter ones stand everywhere. */
function wordsOf(text: string): ReadonlySet<string> {
  const parts = text.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').match(/[A-Za-z]{4,}/g) ?? []
  return new Set(parts.map((part) => part.toLowerCase()))
}
