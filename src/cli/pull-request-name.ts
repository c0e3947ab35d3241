import { repositoryName, type RepositoryName } from '../github/github.ts'

export interface PullRequestName {
  readonly repository: RepositoryName
  readonly number: number
}

/** Reads `owner/repo#12`, or the address of a pull request on any GitHub; undefined when it is neither. */
export function parsePullRequestName(text: string): PullRequestName | undefined {
  const [, written, digits] =
    /^([^#\s]+)#(\d{1,9})$/.exec(text) ??
    /^https?:\/\/[^/\s]+\/([^/\s]+\/[^/\s]+)\/pull\/(\d{1,9})(?:[/?#]\S*)?$/.exec(text) ??
    []
  const repository = repositoryName.safeParse(written)
  const number = Number(digits)
  return repository.success && number > 0 ? { repository: repository.data, number } : undefined
}
