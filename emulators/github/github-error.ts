/** An answer that is not a success, in the form of GitHub's JSON errors. */
export class GitHubError extends Error {
  override name = 'GitHubError'
  readonly status: number
  readonly errors: readonly unknown[] | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Where GitHub sends the reader when it is not the page of the operation. */
  readonly documentation: string | undefined

  constructor(
    status: number,
    message: string,
    details: {
      errors?: readonly unknown[]
      headers?: Readonly<Record<string, string>>
      documentation?: string
    } = {},
  ) {
    super(message)
    this.status = status
    this.errors = details.errors
    this.headers = details.headers ?? {}
    this.documentation = details.documentation
  }
}

export const notFound = (): GitHubError => new GitHubError(404, 'Not Found')

/** 422 of the operations that describe each wrong field. */
function validationFailed(resource: string, field: string, message: string): GitHubError {
  const errors = [{ resource, code: 'custom', field, message }]
  return new GitHubError(422, 'Validation Failed', { errors })
}

/** GitHub's limit of a comment or review body, in characters. */
const maxBodyLength = 65_536

export function refuseLongBody(resource: string, body: string): void {
  if (body.length > maxBodyLength)
    throw validationFailed(resource, 'body', `body is too long (maximum is ${maxBodyLength} characters)`)
}
