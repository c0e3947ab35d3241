import type { CommentReport, DemoReport, PullRequestReport } from './report.ts'
import type { Style } from './style.ts'

/** The reviews as a person reads them. */
export function printReport(report: DemoReport, style: Style): string {
  return report.pull_requests.map((pullRequest) => printPullRequest(pullRequest, style)).join('\n')
}

function printPullRequest(pullRequest: PullRequestReport, style: Style): string {
  const { check_run: checkRun, review, comments, state } = pullRequest
  const check = checkRun?.conclusion ? ` (check: ${checkRun.conclusion})` : ''
  const said = review ?? `${checkRun?.title ?? state}${check}`
  const [verdict = '', ...more] = readable(said)
  const lines = [
    style.bold(`#${pullRequest.number} ${pullRequest.title}`),
    style.dim(`   ${pullRequest.url}`),
    `   ${markOf(pullRequest, style)} ${verdict}`,
    ...more.map((text) => `     ${text}`.trimEnd()),
    ...comments.flatMap((comment) => ['', ...printComment(comment, style)]),
  ]
  return `${lines.join('\n')}\n`
}

/** Green only where the check is: a change that only linters read has nothing to say, and is not called good. */
function markOf({ check_run: checkRun, comments }: PullRequestReport, style: Style): string {
  if (comments.length > 0) return style.yellow('●')
  return checkRun?.conclusion === 'success' ? style.green('✔') : style.dim('○')
}

function printComment({ path, start_line: start, line, body }: CommentReport, style: Style): string[] {
  const place = line === null ? path : start === null ? `${path}:${line}` : `${path}:${start}-${line}`
  return [`   ${style.bold(place)}`, ...readable(body).map((text) => `     ${text}`.trimEnd())]
}

/** Markdown as it reads without a browser: no HTML comments, no escapes, no stars; wrapped at 90 characters. */
function readable(body: string): string[] {
  const visible = body.replace(/<!--[\s\S]*?-->/g, '').trim()
  let isCode = false
  return visible.split(/\r?\n/).flatMap((line) => {
    if (line.startsWith('```')) isCode = !isCode
    if (isCode) return [line]
    const plain = line.replaceAll('**', '').replace(/\\([!-/:-@[-`{-~])/g, '$1')
    return plain.length <= 90 ? [plain] : wrap(plain)
  })
}

function wrap(line: string): string[] {
  const lines: string[] = ['']
  for (const word of line.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && last.length + word.length >= 90) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}
