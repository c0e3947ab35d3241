import { commitId } from '../../github/github.ts'
import type { LocalRepository } from '../../git/local-repository.ts'
import type { HistoryEntry } from './history-entry.ts'

/** The last commits of the main line, newest first: what was merged is one commit, whatever it was made of. */
export async function readHistory(
  repository: LocalRepository,
  tip: string,
  count: number,
): Promise<readonly HistoryEntry[]> {
  const output = await repository.bytes(
    [
      'log',
      '-z',
      '--first-parent',
      '--no-show-signature',
      '--no-color',
      '--encoding=UTF-8',
      `--max-count=${count}`,
      '--format=%H%n%P%n%B',
      tip,
    ],
    { maxBytes: 200_000_000 },
  )
  return new TextDecoder()
    .decode(output)
    .split('\0')
    .flatMap((text) => readEntry(text) ?? [])
}

/** Undefined for the first commit of all, which changes nothing. */
function readEntry(text: string): HistoryEntry | undefined {
  const [id = '', parents = '', ...message] = text.split('\n')
  const [first = '', ...others] = parents.split(' ')
  const [commit, parent] = [commitId.safeParse(id), commitId.safeParse(first)]
  if (!commit.success || !parent.success) return undefined
  const [subject = '', ...body] = message
  return {
    commit: commit.data,
    parent: parent.data,
    isMerge: others.length > 0,
    subject: subject.trim(),
    body: body.join('\n').trim(),
  }
}
