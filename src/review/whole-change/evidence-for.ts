import { namesIn } from '../checks/names-in.ts'
import { estimateTokens } from '../estimate-tokens.ts'
import type { Candidate } from '../finding.ts'

/** Something beyond a unit that claims about it may rest on. */
export interface Evidence {
  /** Where it stands; absent for what is about no single file. */
  readonly path?: string
  readonly text: string
}

/** A claim that names the path of a piece surely rests on it. */
const NAMED_PATH = 10

/**
 * What a second look at some claims should see from elsewhere, in one text within a budget: the pieces that the claims
 * name, by their path or by names of code, the most telling first.
 */
export function evidenceFor(
  claims: readonly Candidate[],
  pieces: readonly Evidence[],
  budgetTokens: number,
): string {
  const said = claims
    .map(({ title, explanation, evidence }) => `${title}\n${explanation}\n${evidence}`)
    .join('\n')
  const names = new Set(namesIn(said))
  const telling = pieces
    .map((piece) => ({ ...piece, score: scoreOf(piece, said, names) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
  let left = budgetTokens
  const chosen = telling.filter(({ text }) => {
    const tokens = estimateTokens(text)
    if (tokens > left) return false
    left -= tokens
    return true
  })
  return chosen.map(({ text }) => text).join('\n')
}

function scoreOf({ path, text }: Evidence, said: string, names: ReadonlySet<string>): number {
  const name = path?.slice(path.lastIndexOf('/') + 1)
  const shared = new Set(namesIn(text).filter((one) => names.has(one)))
  return shared.size + (name && said.includes(name) ? NAMED_PATH : 0)
}
