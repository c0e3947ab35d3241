/** A request that reached the emulator. */
export interface LoggedRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly at: string
  /** Absent while there is no answer, and where a fault left none. */
  status?: number
  /** What was made to go wrong. */
  fault?: string
}
