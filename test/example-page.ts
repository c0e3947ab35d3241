import { composeReview } from '../src/review/compose-review.ts'
import type { Finding, FindingSource } from '../src/review/finding.ts'
import { findPrompt } from '../src/review/prompts/find-prompt.ts'
import type { AskedQuestion, ReviewExample } from './review-example.ts'

const part = /<!-- example: (\w+) -->\n[^]*?<!-- example: end -->/g

/** The page with each part between two marks written anew from the example. Throws for a part that nobody knows. */
export function withExample(page: string, example: ReviewExample): string {
  const parts = partsOf(example)
  return page.replaceAll(part, (_, name: string) => {
    const text = parts.get(name)
    if (text === undefined) throw new Error(`the example has no part ${name}`)
    return `<!-- example: ${name} -->\n\n${text}\n\n<!-- example: end -->`
  })
}

/** What the page shows, by name: how the worst mistake was found, how a claim was refuted, and all that came out. */
function partsOf({ asked, findings, receipt }: ReviewExample): ReadonlyMap<string, string> {
  const { checkRun, comments } = composeReview(findings, receipt)
  const found = entryOf(asked, 'findings', ({ title }) => title === findings[0]?.title)
  const refuted = entryOf(asked, 'verdicts', ({ verdict }) => verdict === 'refuted')
  const compared = entryOf(asked, 'claims', () => true)
  return new Map([
    ['rules', findPrompt.system.replaceAll(/^/gm, '> ').replaceAll(/ $/gm, '')],
    ['question', fenced('text', found.prompt)],
    ['answer', fenced('json', JSON.stringify(found.entry, undefined, 2))],
    ['claims', fenced('text', refuted.prompt)],
    ['verdict', fenced('json', JSON.stringify(refuted.entry, undefined, 2))],
    ['compared', fenced('text', compared.prompt)],
    ['outcomes', findings.map((finding) => renderOutcome(finding, findings)).join('\n')],
    ['comment', fenced('text', comments[0]?.body ?? '')],
    ['receipt', fenced('text', `${checkRun.conclusion}: ${checkRun.title}\n\n${checkRun.summary}`)],
  ])
}

type Entry = NonNullable<AskedQuestion['answer']['findings']>[number]

/** An entry of an answer, and the question that it answers. */
function entryOf(
  asked: readonly AskedQuestion[],
  list: keyof AskedQuestion['answer'],
  isMeant: (entry: Entry) => boolean,
): { readonly prompt: string; readonly entry: Entry } {
  for (const { prompt, answer } of asked) {
    const entry = answer[list]?.find(isMeant)
    if (entry) return { prompt, entry }
  }
  throw new Error(`no answer of the example has what the page shows of its ${list}`)
}

/** What became of one candidate, in one list item. */
function renderOutcome({ path, anchor, title, source, verdict }: Finding, all: readonly Finding[]): string {
  const file = path.slice(path.lastIndexOf('/') + 1)
  return `- \`${file}:${anchor?.startLine ?? ''}\`, ${finder(source)}: ${title}. → ${outcome()}`

  function outcome(): string {
    switch (verdict.kind) {
      case 'posted':
        return `**posted** (${verdict.place})`
      case 'merged': {
        const into = all.find(({ id }) => id === verdict.into)
        return `**merged** into what ${into ? finder(into.source) : 'nobody'} found there`
      }
      case 'dropped':
        return `**dropped**, \`${verdict.reason}\`: ${verdict.detail}`
    }
  }
}

function finder(source: FindingSource): string {
  return source.kind === 'model' ? 'the model' : source.analyser
}

/** Between fences longer than any in the text. Lines end without spaces, as the formatter has them. */
function fenced(language: string, text: string): string {
  const fence = text.includes('```') ? '````' : '```'
  return `${fence}${language}\n${text.replaceAll(/[ \t]+$/gm, '')}\n${fence}`
}
