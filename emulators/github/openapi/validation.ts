import type { Answer } from '../operation.ts'
import type { ApiRequest } from '../answer-request.ts'

export interface Validation {
  readonly violations: readonly string[]
  check(request: ApiRequest, answer: Answer): void
}
export async function openValidation(): Promise<Validation> {
  return { violations: [], check: () => undefined }
}
