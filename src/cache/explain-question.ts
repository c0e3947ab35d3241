import type { AskedBefore, AskedInRun } from './cache-record.ts'

/** Why a question of a run was paid, or was not. */
export type Explanation =
  /** Nothing was paid; `paidBy` is the question that was, where the same repository asked it. */
  | { readonly kind: 'saved'; readonly paidBy?: AskedBefore }
  /** Nothing about this unit had been asked before, as far as is known. */
  | { readonly kind: 'first' }
  /** What was asked last about this unit differs in these parts, in words. */
  | { readonly kind: 'changed'; readonly since: AskedBefore; readonly parts: readonly string[] }
  /** The same was asked before, and its answer was gone: expired, evicted, purged, or never kept. */
  | { readonly kind: 'gone'; readonly since: AskedBefore }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'cache-away' }
  /** No cache stood before the model, or the question was not answered in a way that can be used. */
  | { readonly kind: 'unknown' }

/**
 * Explains with what is known of earlier questions about the same unit. A file may have been asked about in several
 * units: the question is compared with the one that differs least, and of those with the newest.
 */
export function explainQuestion({ cache, source, earlier }: AskedInRun): Explanation {
  if (!cache) return { kind: 'unknown' }
  const same = earlier.find((one) => one.cache?.key === cache.key)
  if (source === 'cache') {
    const paidBy = earlier.find((one) => one.cache?.key === cache.key && one.source === 'model')
    return { kind: 'saved', ...(paidBy && { paidBy }) }
  }
  if (cache.lookup === 'error') return { kind: 'cache-away' }
  if (cache.lookup === 'bad-entry') return { kind: 'unreadable' }
  if (same) return { kind: 'gone', since: same }
  const [closest] = earlier
    .map((since) => ({ since, parts: changedParts(since.cache?.parts ?? {}, cache.parts) }))
    .toSorted((a, b) => a.parts.length - b.parts.length)
  return closest
    ? { kind: 'changed', since: closest.since, parts: inWords(closest.parts) }
    : { kind: 'first' }
}

type Parts = Readonly<Record<string, string>>

function changedParts(before: Parts, now: Parts): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...names].filter((name) => before[name] !== now[name])
}

const PROMPT_PART = 'prompt: '

const words: Readonly<Record<string, string>> = {
  version: 'how questions are put (another release)',
  tenant: 'the installation, or CACHE_SCOPE',
  model: 'the model, or its server',
  parameters: 'the parameters of the model',
  rules: 'the rules (another release)',
  form: 'the form of the answer (another release)',
}

/** The prompt as a whole counts only when none of its parts changed: then the words between them did. */
function inWords(parts: readonly string[]): readonly string[] {
  const isNamed = parts.some((part) => part.startsWith(PROMPT_PART))
  return parts.flatMap((part) => {
    if (part === 'prompt') return isNamed ? [] : ['the words around the unit (another release)']
    return [part.startsWith(PROMPT_PART) ? `the ${part.slice(PROMPT_PART.length)}` : (words[part] ?? part)]
  })
}
