/**
 * Takes the power from comments that switch linters off, without moving any other character.
 *
 * Such a comment is written by the very change that is judged: `# noqa` on a line, or `/* oxlint-disable *\/` on top of a
 * file, would end the review in silence. The word is overwritten by one of the same length, so offsets stay.
 */
export function withoutInlineDirectives(text: string): string {
  return text
    .replaceAll(/#[ \t]*(?:ruff[ \t]*:|flake8[ \t]*:|noqa)/gi, disarm)
    .replaceAll(/(?:ox|es)lint-(?:disable|enable)/gi, disarm)
}

/** Inside the directive word only: `#` and the colon keep their places, for strings that hold such text. */
function disarm(directive: string): string {
  return directive.replace(/[a-z][a-z0-9-]*/i, (word) => 'x'.repeat(word.length))
}
