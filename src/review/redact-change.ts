import type { DiffLine, FileDiff, Side } from '../diff/file-diff.ts'
import { lineNumberOn } from '../diff/line-number-on.ts'
import type { Change, ChangedText } from './change.ts'
import { KnownSecrets } from './known-secrets.ts'

/** Finds secrets in a text; the path says what kind of text it is. Offsets in UTF-16 units, the end not included. */
export type ScanSecrets = (
  text: string,
  path: string,
) => Promise<readonly { readonly start: number; readonly end: number; readonly kind: string }[]>

export interface RedactedChange {
  readonly change: Change
  /** How many different secrets there were. */
  readonly redacted: number
  /** Hides the same secrets in any other text, such as what an analyser says of the change. */
  readonly hide: (text: string) => string
}

/**
 * Replaces every secret of a change by a placeholder that names its kind, such as `‹secret:github-token›`, before
 * anything leaves the process or is stored (I8): in title, body, guidelines, contents, hunk headings and diff lines of both sides.
 *
 * Lines stay lines: a private key over many lines is replaced line by line. A secret that one place gives away is
 * replaced in all places, and a line becomes the same wherever it stands, so that anchors, tags and quotes still hold.
 */
export async function redactChange(change: Change, scan: ScanSecrets): Promise<RedactedChange> {
  const secrets = new KnownSecrets()
  for (const { path, text } of textsOf(change)) {
    for (const { start, end, kind } of await scan(text, path)) secrets.learn(text.slice(start, end), kind)
  }
  const hide = (text: string): string => (secrets.count === 0 ? text : secrets.redact(text))
  if (secrets.count === 0) return { change, redacted: 0, hide }
  return {
    change: {
      ...change,
      title: secrets.redact(change.title),
      body: secrets.redact(change.body),
      files: change.files.map((file) => redactFile(file, secrets)),
      ...(change.guidelines && {
        guidelines: change.guidelines.map((one) => ({ ...one, text: secrets.redact(one.text) })),
      }),
    },
    redacted: secrets.count,
    hide,
  }
}

/** Everything that is read of a change. Each side of a diff is put together, because secrets may go over lines. */
function textsOf({ title, body, files, guidelines = [] }: Change): { path: string; text: string }[] {
  const texts = files.flatMap(({ diff, content = '' }) =>
    [sideOf(diff, 'LEFT'), sideOf(diff, 'RIGHT'), headingsOf(diff), content].map((text) => ({
      path: diff.path,
      text,
    })),
  )
  const guides = guidelines.map(({ source, text }) => ({ path: source, text }))
  return [{ path: 'title', text: title }, { path: 'body', text: body }, ...guides, ...texts].filter(
    ({ text }) => text !== '',
  )
}

function sideOf({ hunks }: FileDiff, side: Side): string {
  return hunks
    .flatMap(({ lines }) => lines)
    .filter((line) => lineNumberOn(line, side) !== undefined)
    .map(({ text }) => text)
    .join('\n')
}

function headingsOf({ hunks }: FileDiff): string {
  return hunks.map(({ heading }) => heading).join('\n')
}

function redactFile(file: ChangedText, secrets: KnownSecrets): ChangedText {
  const redactLine = (line: DiffLine): DiffLine => ({ ...line, text: secrets.redact(line.text) })
  return {
    ...file,
    ...(file.content !== undefined && { content: secrets.redact(file.content) }),
    diff: {
      ...file.diff,
      hunks: file.diff.hunks.map((hunk) => ({
        ...hunk,
        heading: secrets.redact(hunk.heading),
        lines: hunk.lines.map(redactLine),
      })),
    },
  }
}
