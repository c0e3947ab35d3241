import type { PatchLines } from './patch-lines.ts'

const extendedLine =
  /^(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|similarity index|dissimilarity index|index) (.*)$/s

/** The lines between `diff --git` and `---`: keyword → value. */
export type ExtendedHeader = ReadonlyMap<string, string>

/** Leaves the reader on the first line that is none of them. */
export function readExtendedHeader(lines: PatchLines): ExtendedHeader {
  const fields = new Map<string, string>()
  for (;;) {
    const [, keyword, value] = extendedLine.exec(lines.header ?? '') ?? []
    if (keyword === undefined || value === undefined) return fields
    if (fields.has(keyword)) throw lines.malformed(`a second \`${keyword}\` line for one file`)
    fields.set(keyword, value)
    lines.advance()
  }
}
