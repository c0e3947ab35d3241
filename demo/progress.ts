import type { Style } from './style.ts'

/** Where progress is shown. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Tells a person what happens: a list that is redrawn on a terminal, one line for each news anywhere else. */
export interface Progress {
  step(text: string): void
  pullRequest(number: number, title: string, state: string): void
}

export function createProgress(stream: ProgressStream, style: Style): Progress {
  const states = new Map<number, string>()
  let drawn = 0
  const isLive = stream.isTTY === true
  const fit = (text: string): string => {
    // Some terminals say 0 for a width that they do not know.
    const width = (stream.columns || 80) - 1
    return text.length <= width ? text : `${text.slice(0, width - 1)}…`
  }
  const redraw = (): void => {
    const lines = [...states].sort(([a], [b]) => a - b).map(([, line]) => `${style.dim(fit(line))}\n`)
    // Up over what was drawn, and away with it.
    const up = drawn > 0 ? `\u001b[${drawn}A\u001b[J` : ''
    stream.write(up + lines.join(''))
    drawn = lines.length
  }
  return {
    step: (text) => {
      drawn = 0
      stream.write(`${text}\n`)
    },
    pullRequest: (number, title, state) => {
      const line = `  #${number} ${title}: ${state}`
      states.set(number, line)
      if (isLive) redraw()
      else stream.write(`${line}\n`)
    },
  }
}
