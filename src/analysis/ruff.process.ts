import './compile-in-one-task.ts'
import { PositionEncoding, Workspace, type Diagnostic } from '@astral-sh/ruff-wasm-nodejs'
import type { LinterReport } from './open-wasm-linter.ts'
import { pythonPreviewRules, pythonRules } from './python-rules.ts'
import { serveLinter } from './serve-linter.ts'

/** The newest Python that ruff knows: what is valid in any version parses. */
const target = { 'target-version': 'py314' }
const previewCodes = [...pythonPreviewRules.values()]
const stable = new Workspace(
  { ...target, lint: { select: Object.keys(pythonRules), ignore: previewCodes } },
  PositionEncoding.Utf16,
)
/** Under preview ruff says names instead of codes, so its preview rules run by themselves. */
const preview = new Workspace(
  { ...target, preview: true, lint: { select: previewCodes, 'explicit-preview-rules': true } },
  PositionEncoding.Utf16,
)

function lint(text: string): LinterReport {
  const found = check(stable, text)
  const error = found.find(({ code }) => code === null || code === 'invalid-syntax')
  if (error) return { syntaxError: { line: error.start_location.row, message: error.message }, problems: [] }
  return {
    problems: [...found, ...check(preview, text)].map(({ code, message, start_location, end_location }) => ({
      rule: pythonPreviewRules.get(code ?? '') ?? code ?? '',
      message,
      places: [{ startLine: start_location.row, endLine: end_location.row }],
    })),
  }
}

function check(workspace: Workspace, text: string): Diagnostic[] {
  // Safe: this is what ruff documents `check` to return; its declaration says `any`.
  return workspace.check(text) as Diagnostic[]
}

serveLinter(({ text }) => lint(text))
