import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import { parseJson } from '../base/json.ts'
import type { SourceText, Syntax } from '../review/check-syntax.ts'
import { defaultLimits } from './limits.ts'
import { lintInProcess } from './lint-in-process.ts'
import type { LinterReport } from './open-wasm-linter.ts'
import { runOxlint } from './run-oxlint.ts'

/** A parser for one text in this process: what is longer is not parsed, so that nobody waits for it. */
const MAX_INLINE_LENGTH = 100_000

type Parser = (texts: readonly SourceText[], signal: AbortSignal) => Promise<readonly Syntax[]>

const parsers: readonly { readonly paths: RegExp; readonly parse: Parser }[] = [
  { paths: /\.py$/, parse: parsePython },
  { paths: /\.(?:js|jsx|mjs|cjs|ts|tsx|mts|cts)$/, parse: parseScripts },
  { paths: /\.json$/, parse: inline((text) => parseJson(text) !== undefined) },
  { paths: /\.ya?ml$/, parse: inline(parsesAsYaml) },
]

/**
 * Whether texts parse: Python by ruff and JavaScript or TypeScript by oxlint, in processes of their own and under names
 * of ours; JSON and YAML here.
 */
export async function checkSyntax(
  texts: readonly SourceText[],
  signal: AbortSignal,
): Promise<readonly Syntax[]> {
  const results: Syntax[] = texts.map(() => 'unknown')
  for (const { paths, parse } of parsers) {
    const known = texts.flatMap((text, index) =>
      paths.test(text.path) && text.text.length <= defaultLimits.maxFileLength ? [{ text, index }] : [],
    )
    if (known.length === 0) continue
    const parsed = await parse(
      known.map(({ text }) => text),
      signal,
    )
    for (const [at, { index }] of known.entries()) results[index] = parsed[at] ?? 'unknown'
  }
  return results
}

async function parsePython(texts: readonly SourceText[], signal: AbortSignal): Promise<readonly Syntax[]> {
  const named = texts.map(({ text }, index) => ({ path: nameOf(index, '.py'), text }))
  const linting = { program: 'ruff.process', limits: defaultLimits }
  const { reports } = await lintInProcess<LinterReport>(named, linting, signal)
  return named.map(({ path: name }) => {
    const report = reports.get(name)
    if (!report) return 'unknown'
    return report.syntaxError ? 'broken' : 'parses'
  })
}

async function parseScripts(texts: readonly SourceText[], signal: AbortSignal): Promise<readonly Syntax[]> {
  const root = await mkdtemp(path.join(tmpdir(), 'lorgnette-syntax-'))
  try {
    const folder = path.join(root, 'files')
    const config = path.join(root, 'config.json')
    await mkdir(folder)
    await writeFile(config, JSON.stringify({ plugins: [], categories: { correctness: 'off' } }))
    const names = texts.map((text, index) => nameOf(index, path.posix.extname(text.path)))
    for (const [index, name] of names.entries())
      await writeFile(path.join(folder, name), texts[index]?.text ?? '', { signal })
    const timeoutMs = defaultLimits.fileTimeoutMs
    const diagnostics = await runOxlint({ folder, config, names, timeoutMs }, signal)
    // Without rules all that it can say is that a file does not parse.
    const broken = new Set(diagnostics?.map(({ filename }) => path.basename(filename)))
    return names.map((name) => (!diagnostics ? 'unknown' : broken.has(name) ? 'broken' : 'parses'))
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

function nameOf(index: number, extension: string): string {
  return `${String(index + 1).padStart(4, '0')}${extension}`
}

function inline(parses: (text: string) => boolean): Parser {
  return (texts) =>
    Promise.resolve(
      texts.map(({ text }) => {
        if (text.length > MAX_INLINE_LENGTH) return 'unknown'
        return parses(text) ? 'parses' : 'broken'
      }),
    )
}

/** Syntax and duplicate keys; aliases are never followed, so none can multiply. */
function parsesAsYaml(text: string): boolean {
  const documents = parseAllDocuments(text, { logLevel: 'silent', prettyErrors: false })
  return documents.every((document) => document.errors.length === 0)
}
