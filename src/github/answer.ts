/** What GitHub, or something on the way, answered. */
export interface Answer {
  readonly kind: 'answer'
  readonly status: number
  readonly body: Uint8Array
  header(name: string): string | undefined
}
