import type { Reporter, TestModule } from 'vitest/node'

/** Ends the output with one line that a plain reader can count, and names the reason of every skipped test. */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    const skips = new Map<string, number>()
    for (const module of modules) {
      // A file that could not be loaded has no tests to count.
      if (module.state() === 'failed' && module.errors().length > 0) count.failed += 1
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') count.passed += 1
        if (result.state === 'failed') count.failed += 1
        if (result.state === 'skipped') {
          count.skipped += 1
          const reason = result.note ?? 'no reason given'
          skips.set(reason, (skips.get(reason) ?? 0) + 1)
        }
      }
    }
    const lines = [...skips].map(([reason, times]) => `SKIPPED ${times}: ${reason}`)
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
    lines.push(`${count.passed} passed, ${count.failed} failed${skipped}`)
    process.stdout.write(`\n${lines.join('\n')}\n`)
  }
}
