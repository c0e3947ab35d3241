import path from 'node:path'

/**
 * Whether a file may be what an import means: `exact` for the file itself, `folder` for one that the module may gather
 * from, as `__init__.py` and `index.ts` do. Names alone decide, so aliases such as `@org/lib/part` match by their end.
 */
export function matchModule(file: string, module: string, importer: string): 'exact' | 'folder' | undefined {
  const target = moduleSegments(module, importer)
  if (!target || target.names.length === 0) return undefined
  const names = fileSegments(file)
  const { isWhole } = target
  if (endsWith(names, target.names, isWhole)) return 'exact'
  return endsWith(names.slice(0, -1), target.names, isWhole) ? 'folder' : undefined
}

/** Whether an import names a file of the repository for sure: it starts from the importing file. */
export function isRelative(module: string): boolean {
  return module.startsWith('.')
}

interface ModuleSegments {
  readonly names: readonly string[]
  /** Whether the path starts at the root of the repository. */
  readonly isWhole: boolean
}

function moduleSegments(module: string, importer: string): ModuleSegments | undefined {
  const folder = path.posix.dirname(importer)
  if (/^\.{1,2}(?:\/|$)/.test(module) && !importer.endsWith('.py')) {
    const resolved = path.posix.join(folder, module)
    if (resolved.startsWith('..')) return undefined
    return { names: fileSegments(resolved, /\.[cm]?[jt]sx?$/), isWhole: true }
  }
  const [, dots = '', rest = ''] = /^(\.*)(.*)$/.exec(module) ?? []
  if (dots !== '') {
    const up = Array.from({ length: dots.length - 1 }, () => '..').join('/')
    const resolved = path.posix.join(folder, up, ...rest.split('.'))
    return { names: fileSegments(resolved, /$^/), isWhole: true }
  }
  const names = rest.replace(/\.(?:[cm]?[jt]sx?|h|hpp|rb|php)$/, '').split(/[./:\\]+/)
  return { names: names.filter((name) => name !== '' && !/^[@~$#]/.test(name)), isWhole: false }
}

function fileSegments(file: string, extension = /(?:\.d)?\.\w+$/): string[] {
  const names = file
    .replace(extension, '')
    .split('/')
    .filter((name) => name !== '.' && name !== '')
  return /^(?:index|__init__|mod)$/.test(names.at(-1) ?? '') ? names.slice(0, -1) : names
}

function endsWith(names: readonly string[], end: readonly string[], isWhole: boolean): boolean {
  if (isWhole && names.length !== end.length) return false
  return end.length <= names.length && end.every((name, at) => name === names[names.length - end.length + at])
}
