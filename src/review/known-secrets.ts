/** Shorter pieces would hit words that are no secret; they are replaced only where they fill a line. */
const shortestPiece = 6

/** Secrets that one place gave away, to be replaced in every place, line by line. */
export class KnownSecrets {
  readonly #kinds = new Map<string, string>()
  /** Pieces of secrets, each within one line, by their first characters. */
  readonly #pieces = new Map<string, Piece[]>()
  /** Ends of secrets over several lines that are too short to look for anywhere else. */
  readonly #wholeLines = new Map<string, string>()

  /** How many different secrets are known. */
  get count(): number {
    return this.#kinds.size
  }

  /** A secret keeps the first kind that it was learnt with, so that it has one placeholder. */
  learn(secret: string, kind: string): void {
    if (this.#kinds.has(secret)) return
    this.#kinds.set(secret, kind)
    for (const line of secret.split('\n')) {
      // Around a piece of a quoted or commented secret stands what is no part of it.
      const text = secret.includes('\n')
        ? line.replace(/^[\s"'`+#*|>,(]+/, '').replace(/[\s"'`,;]+$/, '')
        : line
      if (text === '') continue
      if (text.length < shortestPiece) {
        this.#wholeLines.set(text, kind)
        continue
      }
      const start = text.slice(0, shortestPiece)
      const pieces = this.#pieces.get(start) ?? []
      if (pieces.some((piece) => piece.text === text)) continue
      pieces.push({ text, kind })
      this.#pieces.set(
        start,
        pieces.toSorted((a, b) => b.text.length - a.text.length),
      )
    }
  }

  /** The text with placeholders; it has as many lines as before. What becomes of a line depends on the line alone. */
  redact(text: string): string {
    return text
      .split('\n')
      .map((line) => this.#redactLine(line))
      .join('\n')
  }

  #redactLine(line: string): string {
    const whole = this.#wholeLines.get(line.trim())
    if (whole !== undefined) return line.replace(line.trim(), placeholder(whole))
    let redacted = ''
    let copied = 0
    for (const { start, end, kind } of this.#occurrences(line)) {
      redacted += line.slice(copied, start) + placeholder(kind)
      copied = end
    }
    return redacted + line.slice(copied)
  }

  /** In order; where two secrets overlap they are one. */
  #occurrences(line: string): Occurrence[] {
    const found: Occurrence[] = []
    for (let start = 0; start <= line.length - shortestPiece; start++) {
      const candidates = this.#pieces.get(line.slice(start, start + shortestPiece))
      const piece = candidates?.find(({ text }) => line.startsWith(text, start))
      if (!piece) continue
      const end = start + piece.text.length
      const last = found.at(-1)
      if (last && start < last.end) last.end = Math.max(last.end, end)
      else found.push({ start, end, kind: piece.kind })
    }
    return found
  }
}

interface Piece {
  readonly text: string
  readonly kind: string
}

interface Occurrence {
  readonly start: number
  end: number
  readonly kind: string
}

function placeholder(kind: string): string {
  return `‹secret:${kind}›`
}
