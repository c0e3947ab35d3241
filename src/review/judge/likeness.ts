/** The words of a text that carry its meaning. Names of code are words, and known as names. */
export interface Words {
  readonly words: ReadonlySet<string>
  /** Those that look like names of code: `camelCase`, `snake_case`, `CONSTANTS`, or in backticks. */
  readonly names: ReadonlySet<string>
}

export interface Likeness {
  /** 0 to 1: of the words of the shorter text, the share that the other has, too. */
  readonly share: number
  readonly sharesName: boolean
}

/** Texts with fewer words in common than this are alike by chance. */
const FEWEST_SHARED = 2

const EMPTY_WORDS = new Set(
  (
    'a an and are as at be because but by can could does for from has have if in instead into is it its may might ' +
    'never no not of on or should so that the their then there this to too was when where which will with without'
  ).split(' '),
)

export function wordsOf(text: string): Words {
  const words = new Set<string>()
  const names = new Set<string>()
  for (const [word] of text.matchAll(/[\p{L}\p{N}_$]+/gu)) {
    const lower = word.toLowerCase()
    if (/[a-z0-9][A-Z]|_|\$|^[A-Z][A-Z0-9]{2,}$/.test(word)) names.add(lower)
    if (!EMPTY_WORDS.has(lower)) words.add(stem(lower))
  }
  for (const [, quoted = ''] of text.matchAll(/`([^`\n]{1,80})`/g)) {
    for (const [name] of quoted.matchAll(/[\p{L}_$][\p{L}\p{N}_$]+/gu)) names.add(name.toLowerCase())
  }
  return { words, names }
}

export function likeness(a: Words, b: Words): Likeness {
  const shared = [...a.words].filter((word) => b.words.has(word)).length
  const shorter = Math.min(a.words.size, b.words.size)
  return {
    share: shared < FEWEST_SHARED ? 0 : shared / shorter,
    sharesName: [...a.names].some((name) => b.names.has(name)),
  }
}

/** Endings that change no meaning: `await`, `awaits`, `awaited`. */
function stem(word: string): string {
  return word.length > 4 ? word.replace(/(?:ies|es|ed|ing|s)$/, '') : word
}
