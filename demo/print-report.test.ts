import { expect, test } from 'vitest'
import { printReport } from './print-report.ts'
import type { PullRequestReport } from './report.ts'
import { styleFor } from './style.ts'

const quiet: PullRequestReport = {
  number: 5,
  title: 'Correct the ledger',
  url: 'http://127.0.0.1/acme/shop/pull/5',
  head: 'a1',
  state: 'completed',
  check_run: { conclusion: 'success', title: 'No problems found, read all 2 hunks in 2 files' },
  review: null,
  comments: [],
  receipt: {},
  timings: { delivered_ms: 1, reviewed_ms: 2 },
}

function printed(report: Partial<PullRequestReport>): string {
  const timings = { ready_ms: 1, total_ms: 2 }
  return printReport({ web: '', pull_requests: [{ ...quiet, ...report }], timings }, styleFor({}))
}

test('a review without comments has a green mark only where its check is green', () => {
  expect(printed({})).toContain('✔ No problems found, read all 2 hunks in 2 files (check: success)')
  const neutral = printed({ check_run: { conclusion: 'neutral', title: 'No problems found' } })
  expect(neutral).toContain('○ No problems found (check: neutral)')
  expect(neutral).not.toContain('✔')
  expect(printed({ check_run: null, state: 'failed' })).toContain('○ failed')
})

test('a review with comments is marked as such, whatever its check says', () => {
  const comments = [{ path: 'a.py', start_line: null, line: 3, body: 'Fails on an empty list.' }]
  expect(printed({ review: '1 problem found.', comments })).toContain('● 1 problem found.')
})
