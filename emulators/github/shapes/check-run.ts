import type { CheckRun } from '../check-run.ts'
import type { Repository, World } from '../world.ts'
import { nodeId } from './account.ts'
import { showApp } from './app.ts'
import { apiUrl, pageUrl } from './repository.ts'

export function showCheckRun(world: World, repository: Repository, checkRun: CheckRun): object {
  const url = `${apiUrl(world, repository)}/check-runs/${checkRun.id}`
  const page = `${pageUrl(world, repository)}/runs/${checkRun.id}`
  const pullRequests = [...repository.pullRequests.values()].filter(
    ({ state, head }) => state === 'open' && head.commit === checkRun.commit,
  )
  const end = (branch: string, commit: string): object => ({
    ref: branch,
    sha: commit,
    repo: { id: repository.id, url: apiUrl(world, repository), name: repository.name },
  })
  return {
    id: checkRun.id,
    name: checkRun.name,
    node_id: nodeId('CR', checkRun.id),
    head_sha: checkRun.commit,
    external_id: checkRun.externalId ?? '',
    url,
    html_url: page,
    details_url: checkRun.detailsUrl ?? page,
    status: checkRun.status,
    conclusion: checkRun.conclusion ?? null,
    started_at: checkRun.startedAt ?? null,
    completed_at: checkRun.completedAt ?? null,
    output: {
      title: checkRun.title ?? null,
      summary: checkRun.summary ?? null,
      text: checkRun.text ?? null,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: checkRun.id },
    app: showApp(world),
    pull_requests: pullRequests.map(({ id, number, head, base }) => ({
      id,
      number,
      url: `${apiUrl(world, repository)}/pulls/${number}`,
      head: end(head.branch, head.commit),
      base: end(base.branch, base.commit),
    })),
  }
}
