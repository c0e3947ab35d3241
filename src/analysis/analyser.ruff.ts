import type { Analyser } from './analyser.ts'
import { withoutInlineDirectives } from './inline-directives.ts'
import { defaultLimits } from './limits.ts'
import { openWasmLinter } from './open-wasm-linter.ts'
import { pythonRules } from './python-rules.ts'

/**
 * Python, by ruff in WebAssembly with our rules. Nothing is read from disk, so no `pyproject.toml` counts.
 * A call pays about a quarter of a second to start the process.
 */
export function openRuff(limits = defaultLimits): Analyser {
  return openWasmLinter(
    {
      name: 'ruff',
      language: 'Python',
      program: 'ruff.process',
      rules: pythonRules,
      // A template of a file (`{{ name }}/setup.py`) is no Python yet.
      covers: (path) => path.endsWith('.py') && !path.includes('{{'),
      prepare: withoutInlineDirectives,
    },
    limits,
  )
}
