import type { DropReason } from './finding.ts'

const dropReasons: Readonly<Record<DropReason, string>> = {
  unreadable: 'The answer of the model could not be read here',
  'unresolved-tags': 'It cites a line that does not exist, or more than one',
  'quote-missing': 'The text that it quotes does not stand on the lines that it cites',
  'outside-diff': 'The lines that it cites are not part of the change',
  'not-a-defect': 'It is of a kind that is never said',
  contradicted: 'The text of the file proves it wrong',
  refuted: 'A second look found that it does not fail',
  'not-introduced': 'It was so before this change',
  unproven: 'A second look could not tell, and little is at stake',
  'below-threshold': 'Less severe, or less certain, than the settings ask for',
  'already-said': 'An earlier review of this pull request said it already',
  declined: 'People answered an earlier comment that it stays as it is',
  muted: 'People do not want to hear of it',
}

/** Why a finding is not said, in words that people read. */
export function dropWords(reason: DropReason): string {
  // A newer version of the program may have written a reason that this one does not know.
  return dropReasons[reason] ?? reason
}
