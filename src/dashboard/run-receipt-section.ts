import type { FileReceipt, HunkOutcome, Receipt } from '../review/receipt.ts'
import { isWhole } from '../review/receipt.ts'
import { describeWholeChange } from '../review/whole-change/describe-whole-change.ts'
import { fold } from './fold.ts'
import { count, number } from './format.ts'
import { html, type Html } from './html.ts'
import { hunkWords, sentence } from './plain-words.ts'

/** A change of thousands of files has a page all the same; the API has the rest. */
const MAX_FILES = 500

/** What was read of the head and what was not, file by file. */
export function receiptSection(receipt: Receipt | undefined): Html | undefined {
  if (!receipt) return undefined
  const { files, reader } = receipt
  const readers = [...(reader.model === undefined ? [] : [reader.model]), ...reader.analysers]
  return html`<section>
    <h2>What was read</h2>
    <p>
      ${isWhole(receipt) ? 'Every hunk that can be reviewed was read.' : 'Not every hunk was read.'}
      ${receipt.reason !== undefined && sentence(receipt.reason)}
      ${receipt.wholeChange && describeWholeChange(receipt.wholeChange)} ${receipt.notes?.join(' ')}
      ${readers.length > 0 && `Readers: ${readers.join(', ')}.`}
    </p>
    ${
      files.length > 0 &&
      fold(`${count(files.length, 'file', 'files')}: ${hunkList(receipt.hunks)}`, fileTable(files), {
        open: files.length <= 12,
      })
    }
  </section>`
}

function fileTable(files: readonly FileReceipt[]): Html {
  return html`<table>
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">Hunks</th>
          <th scope="col">Why not read</th>
        </tr>
      </thead>
      <tbody>
        ${files.slice(0, MAX_FILES).map(fileRow)}
      </tbody>
    </table>
    ${files.length > MAX_FILES && html`<p>And ${number(files.length - MAX_FILES)} more, which the API lists.</p>`}`
}

function fileRow({ path, hunks, reason }: FileReceipt): Html {
  return html`<tr>
    <th scope="row"><code>${path}</code></th>
    <td>${hunkList(hunks)}</td>
    <td>${reason ?? ''}</td>
  </tr>`
}

function hunkList(hunks: Readonly<Partial<Record<HunkOutcome, number>>>): string {
  const words = Object.entries(hunkWords).flatMap(([outcome, word]) => {
    const some = hunks[outcome as HunkOutcome] ?? 0 // the words have every outcome
    return some > 0 ? [`${number(some)} ${word}`] : []
  })
  return words.join(', ') || 'no hunks'
}
