import type { Analyser } from './analyser.ts'
import { withoutInlineDirectives } from './inline-directives.ts'
import { defaultLimits } from './limits.ts'
import { openThreadLinter } from './open-thread-linter.ts'
import { pythonRules } from './python-rules.ts'

/**
 * Python, by ruff in WebAssembly with our rules. Nothing is read from disk, so no `pyproject.toml` counts.
 * A call pays about 100 ms to start the thread.
 */
export function openRuff(limits = defaultLimits): Analyser {
  return openThreadLinter(
    {
      name: 'ruff',
      language: 'Python',
      thread: 'ruff.thread',
      rules: pythonRules,
      // A template of a file (`{{ name }}/setup.py`) is no Python yet.
      covers: (path) => path.endsWith('.py') && !path.includes('{{'),
      prepare: withoutInlineDirectives,
    },
    limits,
  )
}
