import type { Snippet, UnitContext } from './unit-context.ts'

/**
 * A context as a part of a question; empty when there is nothing to say. Names of files and symbols are JSON, so that
 * each stays within its line; the code stands as it is, for the whole of it is inside of a boundary.
 */
export function renderContext({ imports, enclosing, related }: UnitContext): string {
  const parts = imports.length > 0 ? ['Imports of the file:', ...imports] : []
  for (const snippet of [...enclosing, ...related]) parts.push(`${headOf(snippet)}:`, snippet.text)
  return parts.length === 0 ? '' : ['Code of the head, to read (⋯ lines left out):', ...parts].join('\n')
}

function headOf({ why, path, symbol }: Snippet): string {
  const name = JSON.stringify(symbol)
  const file = JSON.stringify(path)
  switch (why) {
    case 'enclosing':
      return `Around the change, ${name}`
    case 'definition':
      return `Definition of ${name} in ${file}`
    case 'caller':
      return `Use of ${name} in ${file}`
    case 'sibling':
      return `Another ${name} in ${file}`
  }
}
