import { z } from 'zod'
import { RetryableError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { authorOf } from './author.ts'
import { commitId, repositoryName } from './github.ts'
import type {
  ChangedFile,
  ListedPullRequest,
  LoggedDelivery,
  Posted,
  PullRequest,
  ReviewComment,
} from './github.ts'
import type { Answer } from './answer.ts'

/**
 * The fields we read of GitHub's answers, and nothing more, so that a new field breaks nothing.
 * Source of the shapes: GitHub's OpenAPI description.
 */

/** Reads the JSON of a successful answer. What cannot be read was cut off or came from a proxy, so it may pass. */
export function readJson<Schema extends z.ZodType>(
  schema: Schema,
  answer: Answer,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(parseJson(Buffer.from(answer.body).toString()))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : ''
  throw new RetryableError(
    `could not ${what}: the answer (${answer.status}) is not what GitHub says there: ${issue?.message}${where}`,
  )
}

const user = z.object({ login: z.string(), type: z.string().optional() }).nullish().transform(authorOf)

const shownPullRequest = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  user,
  state: z.enum(['open', 'closed']),
  draft: z.boolean().optional(),
  locked: z.boolean().optional(),
  labels: z.array(z.object({ name: z.string().nullish() })),
  head: z.object({
    sha: commitId,
    ref: z.string(),
    repo: z.object({ full_name: repositoryName }).nullish(),
  }),
  base: z.object({ sha: commitId, ref: z.string(), repo: z.object({ full_name: repositoryName }) }),
  updated_at: z.iso.datetime({ offset: true }),
})

export const pullRequestResponse = shownPullRequest.extend({ changed_files: z.int() })

export const pullRequestsResponse = z.array(
  shownPullRequest.extend({ created_at: z.iso.datetime({ offset: true }) }),
)

export function toPullRequest(response: z.output<typeof pullRequestResponse>): PullRequest {
  return { ...readShown(response), changedFiles: response.changed_files }
}

export function toListedPullRequest(
  response: z.output<typeof pullRequestsResponse>[number],
): ListedPullRequest {
  return { ...readShown(response), createdAt: new Date(response.created_at) }
}

function readShown(response: z.output<typeof shownPullRequest>): Omit<PullRequest, 'changedFiles'> {
  const { head, base } = response
  return {
    number: response.number,
    title: response.title,
    body: response.body ?? '',
    author: response.user,
    state: response.state,
    draft: response.draft ?? false,
    locked: response.locked ?? false,
    labels: response.labels.flatMap((label) => (label.name ? [label.name] : [])),
    head: {
      commit: head.sha,
      branch: head.ref,
      ...(head.repo ? { repository: head.repo.full_name } : {}),
    },
    base: { commit: base.sha, branch: base.ref, repository: base.repo.full_name },
    updatedAt: new Date(response.updated_at),
  }
}

export const filesResponse = z.array(
  z.object({
    filename: z.string(),
    previous_filename: z.string().optional(),
    // A status that GitHub may add one day is a change all the same.
    status: z
      .enum(['added', 'removed', 'modified', 'renamed', 'copied', 'changed', 'unchanged'])
      .catch('changed'),
    additions: z.int(),
    deletions: z.int(),
    sha: z.string().nullable(),
    patch: z.string().optional(),
  }),
)

export function toChangedFile(file: z.output<typeof filesResponse>[number]): ChangedFile {
  return {
    path: file.filename,
    ...(file.previous_filename === undefined ? {} : { previousPath: file.previous_filename }),
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    blobId: file.sha ?? '',
    ...(file.patch === undefined ? {} : { patch: file.patch }),
  }
}

export const comparisonResponse = z.object({ merge_base_commit: z.object({ sha: commitId }) })

/** A file with its content, or another kind of thing; a folder is a list where the media type is not understood. */
export const contentResponse = z.union([
  z.object({
    type: z.literal('file'),
    sha: z.string(),
    /** `none` from 1 MB on: then the content is empty. */
    encoding: z.string(),
    content: z.string(),
  }),
  z.object({ type: z.enum(['dir', 'symlink', 'submodule']) }),
  z.array(z.unknown()).transform(() => ({ type: 'dir' as const })),
])

const side = z.enum(['LEFT', 'RIGHT'])

export const reviewCommentsResponse = z.array(
  z.object({
    id: z.int(),
    pull_request_review_id: z.int().nullish(),
    user,
    path: z.string(),
    body: z.string(),
    subject_type: z.string().optional(),
    line: z.int().nullish(),
    side: side.nullish(),
    start_line: z.int().nullish(),
    start_side: side.nullish(),
  }),
)

export function toReviewComment(comment: z.output<typeof reviewCommentsResponse>[number]): ReviewComment {
  const { line, start_line: start } = comment
  const commentSide = comment.side ?? 'RIGHT'
  // A range that begins on the other side has no start that our anchors can name: its end stands for it.
  const startLine =
    typeof start === 'number' && (comment.start_side ?? commentSide) === commentSide ? start : line
  const onLines = comment.subject_type !== 'file' && typeof line === 'number' && typeof startLine === 'number'
  return {
    id: comment.id,
    ...(comment.pull_request_review_id ? { reviewId: comment.pull_request_review_id } : {}),
    author: comment.user.login,
    path: comment.path,
    ...(onLines ? { anchor: { side: commentSide, startLine, endLine: line } } : {}),
    body: comment.body,
  }
}

export const reviewResponse = z.object({ id: z.int(), html_url: z.string() })

export const reviewsResponse = z.array(
  reviewResponse.extend({ user, body: z.string().nullish(), state: z.string() }),
)

export const commentResponse = z.object({ id: z.int(), html_url: z.string() })

export const commentsResponse = z.array(commentResponse.extend({ user, body: z.string().nullish() }))

export const checkRunResponse = z.object({
  id: z.int(),
  html_url: z.string().nullish(),
  url: z.string(),
})

export const checkRunsResponse = z.object({
  check_runs: z.array(
    checkRunResponse.extend({
      external_id: z.string().nullish(),
      app: z.object({ slug: z.string().optional() }).nullish(),
    }),
  ),
})

export function toPosted(response: {
  readonly id: number
  readonly html_url?: string | null | undefined
  readonly url?: string
}): Posted {
  return { id: response.id, url: response.html_url ?? response.url ?? '' }
}

export const installationResponse = z.object({ id: z.int() })

export const installedRepositoriesResponse = z.object({
  repositories: z.array(z.object({ full_name: repositoryName })),
})

export const installationTokenResponse = z.object({
  // It goes into a header, so it holds nothing that a header cannot.
  token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_at: z.iso.datetime({ offset: true }),
})

export const appResponse = z.object({
  slug: z.string(),
  permissions: z.record(z.string(), z.string()).catch({}),
  events: z.array(z.string()).catch([]),
  installations_count: z.int().optional(),
})

export const userResponse = z.object({ login: z.string() })

export const hookDeliveriesResponse = z.array(
  z.object({
    id: z.int(),
    guid: z.string(),
    event: z.string(),
    delivered_at: z.iso.datetime({ offset: true }),
    status_code: z.int(),
  }),
)

export function toLoggedDelivery(delivery: z.output<typeof hookDeliveriesResponse>[number]): LoggedDelivery {
  const { id, guid, event, delivered_at: at, status_code: status } = delivery
  return { id, guid, event, attemptedAt: new Date(at), arrived: status >= 200 && status < 300 }
}
