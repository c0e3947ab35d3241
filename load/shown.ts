/** A figure for people: a dash where nothing was measured, which is not the same as 0. */
export function shown(value: number | undefined, show: (value: number) => string): string {
  return value === undefined ? '–' : show(value)
}
