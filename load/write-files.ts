import { faultName } from '../chaos/planted-faults.ts'
import type { ChangeSize } from './change-size.ts'

/** A file before a pull request, and at its heads: the opened one, and those of one-file pushes. */
export interface WrittenFile {
  readonly path: string
  readonly before: string
  readonly after: string
  /** In `after`, against `before`. */
  readonly hunks: number
  readonly faults: readonly string[]
}

const languages = ['ts', 'py', 'js', 'go'] as const
type Language = (typeof languages)[number]

/** Functions of a file before the change. What is added stands after two of them: in two hunks. */
const FUNCTIONS = 12
const INSERTED_AFTER = [3, 9] as const

/** How many files of a change hold a fault. */
const FAULTY_FILES = 2

/** The files of one pull request. Whatever they add is unlike what any other pull request of any run adds: nothing is in the cache. */
export function writeFiles(run: number, number: number, size: ChangeSize): readonly WrittenFile[] {
  return size.map((addedLines, index) => {
    const language = languages[index % languages.length] ?? 'ts'
    const name = `level${run}_p${number}_${index}`
    const isFaulty = index < FAULTY_FILES
    const fault = faultName(run, number, 0, index)
    // A one-line change has room for one hunk.
    const parts =
      addedLines < 2 ? [addedLines] : [Math.ceil(addedLines / 2), addedLines - Math.ceil(addedLines / 2)]
    const added = parts.map((lines, part) =>
      addition(language, `${name}_${part}`, lines, isFaulty && part === 0 ? fault : undefined),
    )
    return {
      path: `services/p${number}/module_${index}.${language}`,
      before: fileText(language, name, []),
      after: fileText(language, name, added),
      hunks: added.length,
      faults: isFaulty ? [fault] : [],
    }
  })
}

/** The file after its first or a later push: a line more at its end, in a hunk of its own. */
export function pushedTo(file: WrittenFile, push: number): WrittenFile {
  const language = languages.find((one) => file.path.endsWith(`.${one}`)) ?? 'ts'
  const line = valueLine(language, `pushed_${push}`, String(push))
  return { ...file, after: `${file.after}${line}\n`, hunks: file.hunks + (push === 1 ? 1 : 0) }
}

function fileText(language: Language, name: string, added: readonly string[]): string {
  const parts: string[] = [heading[language]]
  for (let index = 0; index < FUNCTIONS; index++) {
    parts.push(functionText(language, `${name}_f${index}`, index))
    for (const [at, after] of INSERTED_AFTER.entries()) {
      const text = added[at]
      if (index === after && text !== undefined) parts.push(text)
    }
  }
  return `${parts.join('\n')}\n`
}

const heading: Readonly<Record<Language, string>> = {
  ts: '/** Sums of the month. */',
  js: '/** Sums of the month. */',
  py: '"""Sums of the month."""',
  go: 'package services',
}

function functionText(language: Language, name: string, step: number): string {
  switch (language) {
    case 'ts':
      return `export function ${name}(count: number): number {\n  const first = count + ${step}\n  return first * ${step + 2}\n}\n`
    case 'js':
      return `export function ${name}(count) {\n  const first = count + ${step}\n  return first * ${step + 2}\n}\n`
    case 'py':
      return `\ndef ${name}(count):\n    first = count + ${step}\n    return first * ${step + 2}\n`
    case 'go':
      return `func ${name}(count int) int {\n\tfirst := count + ${step}\n\treturn first * ${step + 2}\n}\n`
  }
}

/** So many lines of values, one of them wrong when there is a fault. */
function addition(language: Language, name: string, lines: number, fault: string | undefined): string {
  return Array.from({ length: lines }, (_, index) => {
    const value = fault !== undefined && index === 0 ? `"${fault}"` : String(index * 7 + lines)
    return valueLine(language, `${name}_value${index}`, value)
  }).join('\n')
}

function valueLine(language: Language, name: string, value: string): string {
  switch (language) {
    case 'ts':
    case 'js':
      return `export const ${name} = ${value}`
    case 'py':
      return `${name} = ${value}`
    case 'go':
      return `var ${name} = ${value}`
  }
}
