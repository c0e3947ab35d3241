/** A check run as it stands on a commit. */
export interface CheckRun {
  readonly id: number
  readonly commit: string
  name: string
  externalId: string | undefined
  detailsUrl: string | undefined
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: string | undefined
  title: string | undefined
  summary: string | undefined
  text: string | undefined
  startedAt: string | undefined
  completedAt: string | undefined
  /** How often it was written: 1 after it was created. */
  writes: number
}
