import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../src/base/package-root.ts'

/** A source file and what it imports: paths from the package root for our own files, names for packages. */
interface Source {
  readonly file: string
  readonly text: string
  readonly imports: readonly string[]
}

const sources = readSources('src')
const product = sources.filter(({ file }) => !/\.(test|contract)\.ts$/.test(file))

describe('the borders that ARCHITECTURE.md promises', () => {
  test('the search for imports sees them at all', () => {
    const composition = product.find(({ file }) => file === 'src/compose.ts')
    expect(composition?.imports.length).toBeGreaterThan(10)
  })

  test('no import cycles, types included', () => {
    expect(findCycle(product)).toBeUndefined()
  })

  test("another folder's adapter is imported by the composition root alone", () => {
    expect(
      violations(
        ({ file, imported }) =>
          isAdapter(imported) && path.dirname(file) !== path.dirname(imported) && !isComposition(file),
      ),
    ).toEqual([])
  })

  test('the product knows no emulator, test, benchmark or demo', () => {
    expect(violations(({ imported }) => /^(emulators|test|bench|demo|chaos|load)\//.test(imported))).toEqual(
      [],
    )
  })

  test('base imports nothing of the house', () => {
    expect(
      violations(
        ({ file, imported }) =>
          file.startsWith('src/base/') && imported.startsWith('src/') && !imported.startsWith('src/base/'),
      ),
    ).toEqual([])
  })

  test('diffs are pure: no file, process, network or clock', () => {
    expect(
      violations(
        ({ file, imported }) =>
          file.startsWith('src/diff/') && imported.startsWith('node:') && imported !== 'node:crypto',
      ),
    ).toEqual([])
  })

  test('the review engine knows no face and no store', () => {
    const outside = /^src\/(cli|server|dashboard|postgres|redis|worker|feedback|webhooks)\//
    expect(
      violations(
        ({ file, imported }) => file.startsWith('src/review/') && !isAdapter(file) && outside.test(imported),
      ),
    ).toEqual([])
  })

  test('only config.ts reads the environment', () => {
    const readers = product.filter(({ text }) => /process\.env\b/.test(text)).map(({ file }) => file)
    expect(readers.filter((file) => file !== 'src/config.ts' && file !== 'src/main.ts')).toEqual([])
  })

  test('every folder of src has its paragraph in ARCHITECTURE.md', () => {
    const map = readFileSync(path.join(packageRoot, 'ARCHITECTURE.md'), 'utf8')
    const folders = readdirSync(path.join(packageRoot, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}/`)
    expect(folders.filter((folder) => !map.includes(`\`${folder}\``))).toEqual([])
  })
})

function isComposition(file: string): boolean {
  return file === 'src/compose.ts' || file.startsWith('src/compose/')
}

/** `queue.postgres.ts`: a port's name, then the technology. */
function isAdapter(file: string): boolean {
  return /^[^.]+\.[a-z0-9-]+\.ts$/.test(path.basename(file))
}

function violations(isForbidden: (edge: { file: string; imported: string }) => boolean): string[] {
  return product.flatMap(({ file, imports }) =>
    imports
      .filter((imported) => isForbidden({ file, imported }))
      .map((imported) => `${file} imports ${imported}`),
  )
}

function readSources(folder: string): Source[] {
  return readdirSync(path.join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const file = path.posix.join(folder, name.replaceAll(path.sep, '/'))
      const text = readFileSync(path.join(packageRoot, file), 'utf8')
      const specifiers = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
        ([, specifier = '']) => specifier,
      )
      const imports = specifiers.map((specifier) =>
        specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : specifier,
      )
      return { file, text, imports }
    })
}

/** The first cycle found, as a path of files; undefined when there is none. */
function findCycle(files: readonly Source[]): string[] | undefined {
  const importsOf = new Map(
    files.map(({ file, imports }) => [file, imports.filter((name) => name.startsWith('src/'))]),
  )
  const finished = new Set<string>()
  const visit = (file: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file]
    if (finished.has(file)) return undefined
    for (const imported of importsOf.get(file) ?? []) {
      const cycle = visit(imported, [...trail, file])
      if (cycle) return cycle
    }
    finished.add(file)
    return undefined
  }
  for (const file of importsOf.keys()) {
    const cycle = visit(file, [])
    if (cycle) return cycle
  }
  return undefined
}
