import type { Answer } from './operation.ts'
import type { PullRequest, ReviewComment } from './pull-request.ts'
import type { Repository, World } from './world.ts'

/** The page that `html_url` leads to: what stands on a pull request, for people. Undefined for any other path. */
export function pullRequestPage(world: World, path: string): Answer | undefined {
  const [, fullName = '', number = ''] = /^\/([^/]+\/[^/]+)\/pull\/(\d+)$/.exec(path) ?? []
  const repository = world.repositories.get(fullName.toLowerCase())
  const pullRequest = repository?.pullRequests.get(Number(number))
  if (!repository || !pullRequest) return undefined
  return {
    status: 200,
    body: page(repository, pullRequest),
    headers: { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'" },
  }
}

const style = `body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
pre { background: #8881; padding: .6rem; overflow-x: auto; white-space: pre-wrap; border-radius: 6px }
section { border: 1px solid #8884; border-radius: 6px; padding: .2rem 1rem; margin: 1rem 0 }
:root { color-scheme: light dark }`

function page(repository: Repository, pullRequest: PullRequest): string {
  const { number, title, author, head, base, state } = pullRequest
  const checks = repository.checkRuns.filter(({ commit }) => commit === head.commit)
  const parts = [
    `<h1>${escape(title)} #${number}</h1>`,
    `<p>${escape(author)} wants to merge <b>${escape(head.branch)}</b> into <b>${escape(base.branch)}</b> · ${state}</p>`,
    text(pullRequest.body ?? ''),
    ...checks.map((check) =>
      section(
        `${check.name}: ${check.conclusion ?? check.status}`,
        text(`${check.title ?? ''}\n\n${check.summary ?? ''}`),
      ),
    ),
    ...pullRequest.conversation.map(({ author, body }) => section(author, text(body))),
    ...pullRequest.reviews.map((review) => {
      const comments = pullRequest.comments.filter(({ reviewId }) => reviewId === review.id)
      return section(`Review by ${review.author}`, text(review.body) + comments.map(showComment).join(''))
    }),
  ]
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title><style>${style}</style>${parts.join('\n')}</html>`
}

function showComment({ path, line, startLine, body, diffHunk }: ReviewComment): string {
  const lines = line === undefined ? '' : startLine === undefined ? `:${line}` : `:${startLine}-${line}`
  // The end of the hunk is where the comment stands.
  const hunk = diffHunk.split('\n').slice(-8).join('\n')
  return `<h3>${escape(path)}${lines}</h3><pre>${escape(hunk)}</pre>${text(body)}`
}

const section = (heading: string, content: string): string =>
  `<section><h2>${escape(heading)}</h2>${content}</section>`

/** Markdown as it was written, without HTML comments. */
const text = (markdown: string): string =>
  `<pre>${escape(markdown.replace(/<!--[\s\S]*?-->/g, '').trim())}</pre>`

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escape = (raw: string): string => raw.replace(/[&<>"']/g, (character) => entities[character] ?? '')
